import Compute
import Face
import Foundation
import Imaging
import MediaTypes
import TestSupport
import Testing
import Weights

@Suite("Landmark network")
struct LandmarkNetworkTests {
  static func configuration() throws -> LandmarkNetwork.Configuration {
    try ConfigurationFile(path: Golden.path("landmarks/config.json", in: .module))
      .decode(LandmarkNetwork.Configuration.self)
  }

  static func network() throws -> LandmarkNetwork {
    let checkpoint = try Checkpoint(
      path: Golden.path("landmarks/model.safetensors", in: .module))
    return try LandmarkNetwork(checkpoint.weights, configuration: configuration())
  }

  @Test("gives PyTorch's values")
  func golden() throws {
    let golden = try Golden("landmarks/golden.safetensors", in: .module)
    let recorder = PlanRecorder(name: "landmarks")
    let image = try golden["image"]
    recorder.output("outputs", try Self.network()(recorder.input("image", image.shape)))
    for device in try goldenDevices() {
      let plan = try device.compile(recorder.finish(), precision: .fp32)
      let found = try #require(try plan.run(["image": image])["outputs"])
      let comparison = try Comparison(found, golden["outputs"])
      #expect(comparison.relativeMaximumError < 2e-4, "\(comparison)")
    }
  }

  @Test("points come back in picture pixels")
  func finder() throws {
    let finder = try LandmarkFinder(Self.network(), device: ReferenceDevice())
    let frame = Frame(width: 64, height: 64, luma: 120)
    let square = FaceSquare(center: .init(30, 30), side: 20)
    let reading = try finder.landmarks(in: frame, square: square)
    #expect((0...1).contains(reading.presence))
    let again = FaceSquare(center: .init(40, 20), side: 20)
    let moved = try finder.landmarks(in: frame, square: again)
    // One colour everywhere: the network sees the same crop, so its points move with the square.
    for (a, b) in zip(reading.landmarks.points, moved.landmarks.points) {
      #expect(abs(b.x - a.x - 10) < 1e-3 && abs(b.y - a.y + 10) < 1e-3)
    }
  }

  @Test("weights of another shape are refused, and what is missing is named")
  func otherShape() throws {
    var other = try Self.configuration()
    other.hidden += 1
    let checkpoint = try Checkpoint(path: Golden.path("landmarks/model.safetensors", in: .module))
    #expect(throws: WeightsError.self) {
      try LandmarkNetwork(checkpoint.weights, configuration: other)
    }
    #expect(throws: WeightsError.self) {
      try LandmarkNetwork(checkpoint.weights["nowhere"], configuration: Self.configuration())
    }
  }

  @Test("impossible configurations are refused")
  func impossible() throws {
    let good = try Self.configuration()
    let changes: [(inout LandmarkNetwork.Configuration) -> Void] = [
      { $0.landmarks = 68 }, { $0.widths = [] }, { $0.groups = 0 }, { $0.widths[1] = 7 },
      { $0.inputSize = 63 }, { $0.hidden = -1 },
    ]
    for change in changes {
      var configuration = good
      change(&configuration)
      #expect(throws: FaceError.self) {
        try LandmarkNetwork(.random(), configuration: configuration)
      }
    }
  }
}
