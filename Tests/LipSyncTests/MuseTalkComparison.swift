import Compute
import Face
import Foundation
import Imaging
import LipSync
import MediaTypes
import Testing
import Weights

/// The half of scripts/compare-musetalk that runs here.
///
/// Reads the frames that the script has prepared, and writes what this program makes of them. Without the script there is
/// nothing to compare with.
@Suite("Frames compared with upstream's")
struct MuseTalkComparison {
  static let folder = ProcessInfo.processInfo.environment["AVATAR_MUSETALK_COMPARISON"]

  @Test("every prepared frame is cropped, masked and pasted", .enabled(if: folder != nil))
  func frames() throws {
    let folder = try #require(Self.folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".case") }
    try #require(!names.isEmpty)
    for name in names {
      let data = SafetensorsWriter.encode(try Case("\(folder)/\(name)").results())
      try Data(data).write(to: URL(fileURLWithPath: "\(folder)/\(name).result"))
    }
  }

  /// One frame with its box, classes and painted face.
  struct Case {
    let file: Checkpoint
    let box: PixelBox
    let mode: FaceParsing.Mode

    init(_ path: String) throws {
      file = try Checkpoint(path: path)
      let corners = try file.tensor("box").values.map { Int($0) }
      box = PixelBox(left: corners[0], top: corners[1], right: corners[2], bottom: corners[3])
      mode = try #require(FaceParsing.Mode(rawValue: file.metadata["mode"] ?? ""))
    }

    func picture(_ key: String) throws -> BytePicture {
      let tensor = try file.tensor(key)
      return BytePicture(
        width: tensor.shape[1], height: tensor.shape[0],
        channels: tensor.shape.count == 3 ? tensor.shape[2] : 1,
        samples: tensor.values.map { UInt8($0) })
    }

    func results() throws -> [String: HostTensor] {
      let picture = try picture("picture")
      let frame = Frame(
        width: picture.width, height: picture.height, color: .bt601,
        samples: try file.tensor("planes").values.map { UInt8($0) })
      let geometry = MuseTalkGeometry(version: .v1_5, compatibility: .upstream)
      let parsing = FaceParsing(mode: mode, compatibility: .upstream)
      let parsed = ParsedFace(
        mask: try parsing.mask(classes: try self.picture("classes")), visible: nil)
      let (mask, face) = (try PasteMask(parsed, box: box), try self.picture("face"))
      let pasted = try mask.paste(face, onto: frame, chroma: .repeated)
      return [
        "crop": tensor(try geometry.crop(of: picture, box)), "mask": tensor(mask.mask),
        "result": tensor(try mask.paste(face, onto: picture)),
        "frameCrop": tensor(try geometry.crop(of: frame, box)),
        "planes": HostTensor(
          shape: [pasted.samples.count], values: pasted.samples.map { Float($0) }),
      ]
    }

    private func tensor(_ picture: BytePicture) -> HostTensor {
      HostTensor(
        shape: [picture.height, picture.width, picture.channels],
        values: picture.samples.map { Float($0) })
    }
  }
}
