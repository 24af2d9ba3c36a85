import Audio
import Compute
import Face
import LipSync
import Synchronization

/// Compiled networks and their devices, kept from job to job of one process.
public final class SpeakResources: Sendable {
  private struct State {
    var devices: [Int: CPUDevice] = [:]
    var articulation: [String: ArticulationModel] = [:]
    var landmarks: [String: LandmarkFinder] = [:]
    var painters: [String: any CompiledPlan] = [:]
    var speechEncoders: [String: any CompiledPlan] = [:]
    /// The last ones used: they are too large to keep several.
    var museTalk: (key: String, networks: CompiledMuseTalk)?
  }

  /// Frames that MuseTalk's UNet paints at once: its weights are read once for all of them.
  static let museTalkBatch = 4

  private let state = Mutex(State())
  private let namedCache: PreparedCache?

  /// `preparedAvatars` is where prepared avatars are kept, nil for this user's folder.
  public init(preparedAvatars: PreparedCache? = nil) { namedCache = preparedAvatars }

  func preparedAvatars() throws -> PreparedCache { try namedCache ?? PreparedCache() }

  /// The processor with `threads` threads; jobs that use it at once take turns.
  func device(threads: Int) throws -> CPUDevice {
    try state.withLock { state in
      if let device = state.devices[threads] { return device }
      let device = try CPUDevice(threads: threads)
      state.devices[threads] = device
      return device
    }
  }

  /// The network that hears what the mouth does.
  func articulation(_ model: MiniModel, threads: Int) throws -> ArticulationModel {
    let (key, device) = (try key(model, threads), try device(threads: threads))
    return try state.withLock { state in
      if let known = state.articulation[key] { return known }
      let made = try model.articulation(device: device)
      state.articulation[key] = made
      return made
    }
  }

  /// The network that sees where the face is.
  func landmarks(_ model: MiniModel, threads: Int) throws -> LandmarkFinder {
    let (key, device) = (try key(model, threads), try device(threads: threads))
    return try state.withLock { state in
      if let known = state.landmarks[key] { return known }
      let made = try model.landmarks(device: device)
      state.landmarks[key] = made
      return made
    }
  }

  /// A painter of its own for one job, around a network that jobs share.
  func painter(
    _ model: MiniModel, threads: Int, precision: Precision, sharpening: Float = 0
  ) throws -> MiniPainter {
    let key = "\(try key(model, threads)) \(precision)"
    let device = try device(threads: threads)
    return try state.withLock { state in
      if let known = state.painters[key] { return MiniPainter(plan: known, sharpening: sharpening) }
      let made = try device.compile(model.painterNetwork().plan(), precision: precision)
      state.painters[key] = made
      return MiniPainter(plan: made, sharpening: sharpening)
    }
  }

  /// MuseTalk's network that hears.
  func speechEncoder(_ model: MuseTalkModel, threads: Int) throws -> any CompiledPlan {
    let (key, device) = ("\(try model.identity()) \(threads)", try device(threads: threads))
    return try state.withLock { state in
      if let known = state.speechEncoders[key] { return known }
      let made = try model.speechEncoder(device: device)
      state.speechEncoders[key] = made
      return made
    }
  }

  /// MuseTalk's networks that paint.
  func museTalk(
    _ model: MuseTalkModel, threads: Int, precision: Precision
  ) throws -> CompiledMuseTalk {
    let key = "\(try model.identity()) \(threads) \(precision)"
    let device = try device(threads: threads)
    return try state.withLock { state in
      if let known = state.museTalk, known.key == key { return known.networks }
      state.museTalk = nil
      let made = try CompiledMuseTalk(
        model.networks(), device: device, precision: precision, batch: Self.museTalkBatch)
      state.museTalk = (key, made)
      return made
    }
  }

  private func key(_ model: MiniModel, _ threads: Int) throws -> String {
    "\(try model.identity()) \(threads)"
  }
}
