import Compute
import Diffusion
import Foundation
import Media
import MediaTypes

/// Looks at what is being denoised, written as PNGs while it is, as often as costs next to nothing of the time.
final class DenoisingPreview {
  /// The share of time that looks may take.
  static let share = 0.02
  /// Frames of a video that are shown.
  private static let frameLimit = 12
  private static let columns = 4
  /// Pixels of a frame's longer side.
  private static let longestSide = 256

  private let path: PreviewPath
  private let name: String
  private let decode: ([Float], _ latents: LatentVideo) throws -> RGBPicture
  private let size: (width: Int, height: Int)
  private let now: () -> ContinuousClock.Instant
  private let warn: (String) -> Void
  private var started: ContinuousClock.Instant?
  private var spent = Duration.zero

  /// `name` tells several denoisings of one run apart, `size` is that of the pictures; `decode` makes one, of any size, of a frame's latents; `warn` learns, once, why there are no more looks.
  init(
    _ path: PreviewPath, name: String, size: (width: Int, height: Int),
    warn: @escaping (String) -> Void,
    now: @escaping () -> ContinuousClock.Instant = { .now },
    decode: @escaping ([Float], LatentVideo) throws -> RGBPicture
  ) {
    let scale = min(1, Double(Self.longestSide) / Double(max(size.width, size.height)))
    func scaled(_ side: Int) -> Int { max(Int((Double(side) * scale).rounded()), 1) }
    self.size = (scaled(size.width), scaled(size.height))
    (self.path, self.name, self.warn, self.now, self.decode) = (path, name, warn, now, decode)
    started = now()
  }

  /// Whether one more look stays within the share of the time that has passed; the first one is always taken.
  private var isAffordable: Bool {
    guard let started else { return false }
    return spent == .zero || spent / (now() - started) <= Self.share
  }

  /// Writes what the clean latents look to be after `done`.
  ///
  /// A look that can't be written is no reason to lose the work: there are no more, and `warn` learns why.
  func show(_ done: ParallelDenoising.FinishedStep) throws {
    guard isAffordable else { return }
    let before = now()
    defer { spent += now() - before }
    let sheet = try sheet(done.estimate())
    do {
      try path.write(sheet, name: name, step: done.step + 1)
    } catch {
      started = nil
      warn("--preview \(path.text): there are no more looks: \(error)")
    }
  }

  private func sheet(_ latents: LatentVideo) throws -> RGBPicture {
    let count = min(latents.frames, Self.frameLimit)
    let shown = (0..<count).map { $0 * (latents.frames - 1) / max(count - 1, 1) }
    let columns = min(count, Self.columns)
    let rows = (count + columns - 1) / columns
    let stride = columns * size.width * 3
    var samples = [UInt8](repeating: 24, count: rows * size.height * stride)
    for (cell, frame) in shown.enumerated() {
      let look = try decode(Array(latents[frame]), latents)
        .fitted(width: size.width, height: size.height)
      let corner = cell / columns * size.height * stride + cell % columns * size.width * 3
      for row in 0..<size.height {
        let line = look.samples[(row * size.width * 3)..<((row + 1) * size.width * 3)]
        samples.replaceSubrange(
          (corner + row * stride)..<(corner + row * stride + line.count), with: line)
      }
    }
    return RGBPicture(width: columns * size.width, height: rows * size.height, samples: samples)
  }
}

extension DenoisingPreview {
  /// What the request asks for: looks by a decoder that it names, or by the latents' colours.
  ///
  /// - Throws: `RuntimeError`, 64, for latents of another kind; what opening the decoder throws.
  convenience init?(
    _ request: GenerateRequest, name: String, pictures: LatentPictures,
    progress: @escaping ProgressHandler
  ) throws {
    guard let text = request.preview else { return nil }
    let path = PreviewPath(text)
    let size = (width: pictures.width, height: pictures.height)
    let warn = { (text: String) in progress(.warning(text)) }
    guard let source = request.previewAutoencoder else {
      guard pictures.autoencoder.channels == LatentColors.channels else {
        throw RuntimeError.usage(
          "--preview: the latents have \(pictures.autoencoder.channels) channels, colours are known "
            + "of \(LatentColors.channels): name a decoder with --preview-vae")
      }
      self.init(path, name: name, size: size, warn: warn) { values, latents in
        RGBPicture(
          width: latents.width, height: latents.height,
          samples: LatentColors.bytes(values, plane: latents.height * latents.width))
      }
      return
    }
    let decoder = try openLatentAutoencoder(.path(source))
    guard decoder.channels == pictures.autoencoder.channels,
      decoder.reduction == pictures.autoencoder.reduction
    else {
      throw RuntimeError.badInput(
        "--preview-vae \(source): its latents have \(decoder.channels) channels, one for "
          + "\(decoder.reduction) pixels; the model's have \(pictures.autoencoder.channels), one for "
          + "\(pictures.autoencoder.reduction): take one for the same model")
    }
    let looks = LatentPictures(
      autoencoder: decoder, device: pictures.device, precision: pictures.precision,
      width: pictures.width, height: pictures.height)
    let plan = try looks.decoder()
    self.init(path, name: name, size: size, warn: warn) { values, _ in
      try looks.decode(values, by: plan)
    }
  }
}
