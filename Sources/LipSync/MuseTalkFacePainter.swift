public import Compute
import Synchronization

/// MuseTalk's networks, compiled: several painters may share them.
///
/// The encoder is compiled when it is first needed.
public final class CompiledMuseTalk: Sendable {
  private let networks: MuseTalkNetworks
  private let device: any Device
  private let lazyEncoder = Mutex<(any CompiledPlan)?>(nil)
  let unet: any CompiledPlan
  let decoder: any CompiledPlan

  /// Compiles `networks`, the UNet for `batch` frames at once.
  ///
  /// Throws `ComputeError` where the device can't run them.
  public init(
    _ networks: MuseTalkNetworks, device: any Device, precision: Precision, batch: Int
  ) throws(ComputeError) {
    (self.networks, self.device) = (networks, device)
    unet = try device.compile(networks.unetPlan(batch: batch), precision: precision)
    decoder = try device.compile(networks.decoderPlan(), precision: precision)
  }

  /// The precision that the device resolved.
  public var precision: Precision { unet.precision }

  /// Whether a face was encoded since.
  public var hasEncoder: Bool { lazyEncoder.withLock { $0 != nil } }

  func encoder() throws(ComputeError) -> any CompiledPlan {
    try lazyEncoder.withLock { encoder throws(ComputeError) in
      if let encoder { return encoder }
      let made = try device.compile(networks.encoderPlan(), precision: precision)
      encoder = made
      return made
    }
  }
}

/// Repaints faces of 256 x 256 pixels; reuses its buffers, so one thread at a time may paint.
public final class MuseTalkFacePainter {
  /// How many faces are painted at once.
  public let batchSize: Int
  /// Values of one face's latents, masked and whole.
  public let latentCount: Int

  private let networks: CompiledMuseTalk
  private var encoding: (plan: any CompiledPlan, image: [HostTensor], latents: [HostTensor])?
  private var unetInputs: [HostTensor]
  private var painted: [HostTensor]
  private var latents: [HostTensor]
  private var decoded: [HostTensor]

  public init(_ networks: CompiledMuseTalk) {
    self.networks = networks
    unetInputs = networks.unet.signature.makeInputs()
    painted = networks.unet.signature.makeOutputs()
    latents = networks.decoder.signature.makeInputs()
    decoded = networks.decoder.signature.makeOutputs()
    batchSize = unetInputs[0].shape[0]
    latentCount = unetInputs[0].values.count / batchSize
  }

  public var precision: Precision { networks.precision }

  /// What the UNet sees of a `face` [256, 256, 3] in RGB: latents [8, 32, 32] of the face with its lower half masked, then
  /// of the whole face.
  public func latents(of face: [UInt8]) throws -> [Float] {
    let size = MuseTalkNetworks.faceSize
    precondition(face.count == 3 * size * size, "a face is 256 x 256 RGB")
    if encoding == nil {
      let plan = try networks.encoder()
      encoding = (plan, plan.signature.makeInputs(), plan.signature.makeOutputs())
    }
    var result: [Float] = []
    result.reserveCapacity(latentCount)
    // The masked pixels are black: -1, not the middle grey of 0.
    for visibleRows in [size / 2, size] {
      for place in 0..<(size * size) {
        let isVisible = place < visibleRows * size
        for channel in 0..<3 {
          let value = isVisible ? Float(face[3 * place + channel]) / 255 : 0
          encoding!.image[0].values[channel * size * size + place] = (value - 0.5) / 0.5
        }
      }
      try encoding!.plan.run(encoding!.image, into: &encoding!.latents)
      result.append(contentsOf: encoding!.latents[0].values)
    }
    return result
  }

  /// The faces [256, 256, 3] in RGB that one to `batchSize` faces become: their `latents`, and the audio tokens [50, 384]
  /// of each.
  ///
  /// - Throws: errors of the device, `MuseTalkError.notFinite`.
  public func faces(latents faces: [[Float]], audio: [[Float]]) throws -> [[UInt8]] {
    precondition((1...batchSize).contains(faces.count) && faces.count == audio.count, "a batch")
    fill(&unetInputs[0].values, with: faces)
    fill(&unetInputs[1].values, with: audio)
    try networks.unet.run(unetInputs, into: &painted)
    let count = latents[0].values.count
    return try faces.indices.map { index in
      latents[0].values = Array(painted[0].values[(index * count)..<((index + 1) * count)])
      try networks.decoder.run(latents, into: &decoded)
      return try rounded(decoded[0].values)
    }
  }

  /// What lacks to a whole batch repeats the last item: results are left unused, and cost the same.
  private func fill(_ values: inout [Float], with items: [[Float]]) {
    let count = values.count / batchSize
    for index in 0..<batchSize {
      let item = items[min(index, items.count - 1)]
      precondition(item.count == count, "an item of the batch")
      values.replaceSubrange((index * count)..<((index + 1) * count), with: item)
    }
  }

  /// Planar values from 0 to 255 as interleaved bytes, halves to the even neighbour.
  private func rounded(_ planes: [Float]) throws -> [UInt8] {
    let count = planes.count / 3
    var face = [UInt8](repeating: 0, count: planes.count)
    for place in 0..<count {
      for channel in 0..<3 {
        let value = planes[channel * count + place]
        guard value.isFinite else { throw MuseTalkError.notFinite }
        face[3 * place + channel] = UInt8(value.rounded(.toNearestOrEven))
      }
    }
    return face
  }
}
