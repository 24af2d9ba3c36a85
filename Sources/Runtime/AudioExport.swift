import Audio
import Compute
public import MediaTypes
import Weights

/// What the audio path makes of a file, written down: for other programs, and for looking at.
public enum AudioExport {
  /// Text forms of an articulation.
  public enum Format: String, CaseIterable, Sendable {
    case csv, json
  }

  /// What an export found out beside its output.
  public struct Report: Sendable {
    /// What the user should know about the sound; one line each.
    public let warnings: [String]
  }

  /// Writes Whisper's log-mel of `audio` as the tensor `mel` [blocks, 80, 3000] to a safetensors file.
  ///
  /// - Throws: 65 and 66 for unusable sound, 73 and 74 for the output.
  public static func mel(audio: String, output: String, replacing: Bool) throws -> Report {
    _ = try TextOutput(path: output, replacing: replacing)
    let reader = try AudioFile(path: audio).reader()
    let mel = try WhisperMel().blocks(of: reader)
    try SafetensorsWriter.write(["mel": mel], to: output, replacing: replacing)
    return Report(warnings: reader.warnings)
  }

  /// What mini hears in `audio`, as text: written to `output`, or given to `print` where that is nil.
  ///
  /// With `rate` there is one row for each frame of a video at that rate, otherwise one for every 20 ms. `model` is a
  /// folder in mini's layout; nil is the embedded one. With `isGated` the mouth is closed where nobody speaks or sings.
  ///
  /// - Throws: 65 and 66 for unusable sound or models, 69 without a model, 73 and 74 for the output.
  public static func articulation(
    audio: String, isGated: Bool, rate: Rational?, model: String?, format: Format, output: String?,
    replacing: Bool, print: (String) throws -> Void
  ) throws -> Report {
    let file = try output.map { try TextOutput(path: $0, replacing: replacing) }
    let reader = try AudioFile(path: audio).reader()
    let model = try MiniModel(model ?? "mini")
    let track = try model.articulation(device: CPUDevice(threads: 1)).hear(reader)
      .shown(isGated: isGated)
    let table =
      rate.map { rate in
        ArticulationTable(track, rate: rate, frameCount: reader.frameCount(at: rate))
      } ?? ArticulationTable(track)
    let text = format == .csv ? table.commaSeparated : table.json
    if let file { try file.write(text) } else { try print(text) }
    return Report(warnings: reader.warnings + model.warnings)
  }
}
