import CSndFile
import Glibc

/// A file that libsndfile reads: WAV, FLAC, OGG, AIFF and their relatives.
///
/// The sound of a WAV file whose header does not know its size reaches to the end of the file.
final class SoundFileSource: SampleSource {
  let sampleRate: Int
  let channelCount: Int
  private(set) var warnings: [String]
  private let path: String
  private let file: OpaquePointer
  private let repaired: RepairedWaveFile?
  private var isAtEnd = false
  private static let instantsPerRead = 8192

  /// Opens the file; nil when libsndfile does not know its format, and for MPEG sound, which is left to libav.
  init?(path: String) {
    // The MPEG decoder behind libsndfile writes notes of its own to stderr.
    guard !Self.isMPEGSound(path) else { return nil }
    var info = SF_INFO()
    let header = WaveHeader(path: path)
    repaired = header.flatMap { RepairedWaveFile(path: path, header: $0) }
    let opened = repaired.map { $0.open(&info) } ?? sf_open(path, Int32(SFM_READ), &info)
    guard let file = opened else { return nil }
    guard info.samplerate > 0, info.channels > 0 else {
      sf_close(file)
      return nil
    }
    self.path = path
    self.file = file
    sampleRate = Int(info.samplerate)
    channelCount = Int(info.channels)
    warnings = header?.warning.map { ["\(path): \($0)"] } ?? []
  }

  deinit { sf_close(file) }

  private static func isMPEGSound(_ path: String) -> Bool {
    if [".mp1", ".mp2", ".mp3"].contains(where: path.lowercased().hasSuffix) { return true }
    guard let file = fopen(path, "rb") else { return false }
    defer { fclose(file) }
    var head = [UInt8](repeating: 0, count: 3)
    guard fread(&head, 1, 3, file) == 3 else { return false }
    let isTagged = head.elementsEqual("ID3".utf8)
    return isTagged || head[0] == 0xFF && head[1] & 0xE0 == 0xE0
  }

  func read(into samples: inout [Float]) throws {
    let wanted = isAtEnd ? 0 : Self.instantsPerRead * channelCount
    if samples.count != wanted { samples = [Float](repeating: 0, count: wanted) }
    guard !isAtEnd else { return }
    let got = sf_readf_float(file, &samples, sf_count_t(Self.instantsPerRead))
    samples.removeLast(wanted - Int(got) * channelCount)
    isAtEnd = got < Self.instantsPerRead
    if isAtEnd, sf_error(file) != 0, warnings.isEmpty {
      warnings.append("\(path): damaged, what follows the damage is left out")
    }
  }
}
