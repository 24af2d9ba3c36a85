public import Compute
public import Imaging

/// Finds the surest face of a picture with S3FD, as MuseTalk does.
///
/// Keeps the network compiled for the size of the last picture; one thread at a time.
public final class S3FDFinder {
  private let network: S3FD
  private let device: any Device
  private let longestSide: Int
  private var compiled: (shape: [Int], plan: any CompiledPlan)?

  /// Pictures with a side longer than `longestSide` are shrunk first.
  public init(_ network: S3FD, longestSide: Int = .max, device: any Device) {
    (self.network, self.longestSide, self.device) = (network, longestSide, device)
  }

  /// The surest face in an RGB picture, nil where none is.
  ///
  /// - Throws: `ComputeError`, `FaceError.notFinite`, `ImagingError.outOfMemory`.
  public func face(in picture: BytePicture) throws -> PixelBox? {
    let scale = max(1, Double(max(picture.width, picture.height)) / Double(longestSide))
    func shrunk(_ side: Int) -> Int { Int((Double(side) / scale).rounded()) }
    let (width, height) = (shrunk(picture.width), shrunk(picture.height))
    guard min(width, height) >= S3FD.minimumSize else { return nil }
    guard scale > 1 else { return try surest(in: picture)?.box }
    let small = try picture.resized(width: width, height: height, .pillowBilinear)
    guard var face = try surest(in: small) else { return nil }
    let across = Float(picture.width) / Float(width)
    let down = Float(picture.height) / Float(height)
    (face.left, face.right) = (face.left * across, face.right * across)
    (face.top, face.bottom) = (face.top * down, face.bottom * down)
    return face.box
  }

  private func surest(in picture: BytePicture) throws -> S3FD.ScoredBox? {
    let plan = try plan(width: picture.width, height: picture.height)
    var outputs = plan.signature.makeOutputs()
    try plan.run([S3FD.input(picture)], into: &outputs)
    guard outputs.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) else {
      throw FaceError.notFinite
    }
    let levels = outputs.count / 2
    return S3FD.faces(scores: Array(outputs[..<levels]), boxes: Array(outputs[levels...])).first
  }

  private func plan(width: Int, height: Int) throws -> any CompiledPlan {
    let shape = [1, 3, height, width]
    if let compiled, compiled.shape == shape { return compiled.plan }
    compiled = nil
    let recorder = PlanRecorder(name: "s3fd")
    let levels = network(recorder.input("image", shape))
    for (index, level) in levels.enumerated() { recorder.output("scores\(index)", level.scores) }
    for (index, level) in levels.enumerated() { recorder.output("boxes\(index)", level.boxes) }
    let plan = try device.compile(recorder.finish(), precision: .fp32)
    compiled = (shape, plan)
    return plan
  }
}
