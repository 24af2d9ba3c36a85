import Compute
import Foundation
import Media
import TestSupport

@testable import Runtime

/// The tiny ControlNets, and what they look at.
enum TinyControls {
  static func path(_ name: String) -> String {
    Golden.path("controlnets", in: .module) + "/\(name)"
  }

  /// The formula of Training/goldens/controls.py.
  static func shown(width: Int, height: Int, frame: Int = 0) -> RGBPicture {
    let samples = (0..<width * height).flatMap { index in
      let (x, y) = (index % width, index / width)
      let values = [x * 4 + frame * 9, y * 6 + x, (x + y) * (frame + 1)]
      return values.map { UInt8($0 % 256) }
    }
    return RGBPicture(width: width, height: height, samples: samples)
  }

  /// Writes it as a picture into `folder`.
  static func picture(
    in folder: TemporaryFolder, width: Int, height: Int, frame: Int = 0
  ) throws -> String {
    let path = folder.file("shown-\(width)x\(height)-\(frame).png")
    try writePNG(shown(width: width, height: height, frame: frame), to: path)
    return path
  }

  /// Writes a clip of it, a folder of pictures, and returns its path.
  static func clip(
    in folder: TemporaryFolder, width: Int, height: Int, frames: Int
  ) throws -> String {
    let clip = folder.file("clip-\(width)x\(height)-\(frames)")
    try FileManager.default.createDirectory(atPath: clip, withIntermediateDirectories: false)
    for frame in 0..<frames {
      try writePNG(shown(width: width, height: height, frame: frame), to: "\(clip)/\(frame).png")
    }
    return clip
  }
}

/// One ControlNet of a golden case: name, strength, start, end.
struct GoldenControl: Decodable {
  let name: String
  let numbers: [Double]

  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    name = try container.decode(String.self)
    numbers = try (0..<3).map { _ in try container.decode(Double.self) }
  }

  /// As a choice of `kind` at `path`.
  func choice(_ kind: ControlKind = .map, path: String? = nil) -> ControlChoice {
    var choice = ControlChoice(
      kind, path: path ?? TinyControls.path(name), strength: numbers[0])
    (choice.start, choice.end) = (numbers[1], numbers[2])
    return choice
  }
}
