/// Writing whose characters look different from language to language under one code.
enum EastAsianScript: String {
  case chinese = "zh-cn"
  case japanese = "ja"
  case korean = "ko"

  /// The language that `text` is probably in: kana tell Japanese, hangul Korean, other ideographs Chinese; nil without any.
  init?(of text: String) {
    let scalars = text.unicodeScalars
    func has(_ ranges: ClosedRange<UInt32>...) -> Bool {
      scalars.contains { scalar in ranges.contains { $0.contains(scalar.value) } }
    }
    if has(0x3041...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9D) {
      self = .japanese
    } else if has(0x1100...0x11FF, 0x3130...0x318F, 0xA960...0xA97F, 0xAC00...0xD7FF) {
      self = .korean
    } else if has(
      0x2E80...0x303F, 0x3105...0x312F, 0x31A0...0x31EF, 0x3200...0x9FFF, 0xF900...0xFAFF,
      0xFE30...0xFE4F, 0xFF00...0xFF65, 0x20000...0x3FFFF)
    {
      self = .chinese
    } else {
      return nil
    }
  }
}
