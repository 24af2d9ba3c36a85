import CSndFile
import Glibc

/// A file that libsndfile reads: WAV, FLAC, OGG, AIFF, MP3 and their relatives.
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

  /// Opens the file; nil when libsndfile does not know its format.
  init?(path: String) {
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
