import Glibc

/// What a RIFF WAVE header promises about its data, beside what the file holds.
struct WaveHeader {
  /// Where the sound begins; the size of its chunk lies in the four bytes before.
  let dataOffset: Int
  /// Bytes of sound that the header states.
  let statedBytes: Int
  /// Bytes from the start of the sound to the end of the file.
  let presentBytes: Int

  /// Sizes from here on are placeholders of programs that did not know the length when they began to write.
  private static let smallestPlaceholder = 0x7FFF_0000

  /// Reads the chunks up to the sound's; nil for files of other kinds.
  init?(path: String) {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var riff = [UInt8](repeating: 0, count: 12)
    guard fread(&riff, 1, 12, file) == 12, riff.starts(with: Array("RIFF".utf8)),
      riff[8...].elementsEqual(Array("WAVE".utf8))
    else { return nil }
    while true {
      var chunk = [UInt8](repeating: 0, count: 8)
      guard fread(&chunk, 1, 8, file) == 8 else { return nil }
      let size = (4..<8).reversed().reduce(0) { $0 << 8 | Int(chunk[$1]) }
      if chunk.starts(with: Array("data".utf8)) {
        statedBytes = size
        dataOffset = ftell(file)
        guard fseek(file, 0, SEEK_END) == 0 else { return nil }
        presentBytes = ftell(file) - dataOffset
        return
      }
      guard fseek(file, size + size % 2, SEEK_CUR) == 0 else { return nil }
    }
  }

  /// Whether the writer did not know the size, as when it wrote into a pipe.
  var hasPlaceholderSize: Bool { statedBytes == 0 || statedBytes >= Self.smallestPlaceholder }

  /// What to tell the user when the file holds less than its header states.
  var warning: String? {
    guard statedBytes > presentBytes, !hasPlaceholderSize else { return nil }
    let percent = 100 * presentBytes / statedBytes
    return "cut short: it holds \(percent) % of the sound that its header states"
  }
}
