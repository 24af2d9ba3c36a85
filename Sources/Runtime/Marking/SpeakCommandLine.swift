import Foundation
import LipSync
import Media
import MediaTypes

/// The `avatar speak` that makes the same file again: everything that decides the bytes, with defaults spelt out.
///
/// The output's name is left out, so that equal content has equal bytes under any name.
struct SpeakCommandLine {
  let request: SpeakRequest
  /// The presenter that an absent `--avatar` stands for.
  let presenter: String?
  let rate: Rational
  let loop: LoopMode
  let hasAlpha: Bool
  let precision: String

  var words: [String] {
    var words = request.talkingCommand ?? ["avatar", "speak"]
    func add(_ option: String, _ value: String) {
      let isOwn = request.talkingCommand == nil
      guard let option = isOwn ? option : Self.name(inGenerate: option) else { return }
      // A value with a leading dash would be taken for an option.
      words += value.hasPrefix("-") ? ["\(option)=\(value)"] : [option, value]
    }
    if request.speakers.isEmpty { add("--audio", path(request.audio)) }
    for speaker in request.speakers {
      add("--speaker", "\(text(of: speaker.face))=\(path(speaker.audio))")
    }
    add("--avatar", presenter ?? notName(request.generatedFace ?? path(request.avatar ?? "")))
    let isName = SpeakOptions.modelNames.contains(request.model)
    add("--model", isName ? request.model : notName(path(request.model)))
    for (option, value) in request.museTalk.words {
      add(option, option == "--vae" ? path(value) : value)
    }
    add("--fps", rate.description)
    add("--loop", loop.rawValue)
    if request.length != .sound { add("--length", request.length.rawValue) }
    if let loudness = request.loudness { add("--loudness", "\(loudness)") }
    if let face = request.face { add("--face", text(of: face)) }
    add("--gate", request.gate.rawValue)
    add("--strength", "\(request.strength)")
    if request.sharpen != 0 { add("--sharpen", "\(request.sharpen)") }
    add("--crf", "\(request.crf)")
    addBackground(add)
    add("--precision", precision)
    add("--seed", "\(request.seed)")
    if request.provenance.producer != Provenance.defaultProducer {
      add("--producer", request.provenance.producer)
    }
    if let contentID = request.provenance.contentID { add("--content-id", contentID) }
    if let label = request.visibleLabel {
      add("--visible-label", label.text)
      add("--visible-label-position", label.position.rawValue)
      if let seconds = label.seconds { add("--visible-label-seconds", "\(seconds)") }
    }
    if let captions = request.captions {
      add("--captions", path(captions.path))
      add("--caption-style", captions.style.rawValue)
    }
    return words
  }

  /// What an option is called in a command of `generate` that has its face speak; nil for what that has said already.
  private static func name(inGenerate option: String) -> String? {
    switch option {
    case "--model", "--fps", "--strength": "--speech-" + option.dropFirst(2)
    case "--avatar", "--loop", "--crf", "--precision", "--seed", "--length": nil
    default: option
    }
  }

  private func addBackground(_ add: (String, String) -> Void) {
    let isWhite = request.backgroundText == "FFFFFF"
    if VideoFormat(path: request.output).holdsAlpha {
      if hasAlpha, request.background != nil { add("--background", request.backgroundText) }
    } else if hasAlpha || !(request.background == nil || isWhite) {
      add("--background", request.background == nil ? "FFFFFF" : request.backgroundText)
    }
  }

  private func text(of face: FaceSelection) -> String {
    if case .picture(let picture) = face { notName(path(picture)) } else { face.text }
  }

  private func path(_ path: String) -> String {
    guard let folder = request.provenance.commandFolder else { return path }
    return FilePath.relative(path, to: folder)
  }

  /// `path` so that it can't be taken for the name of a presenter or model.
  private func notName(_ path: String) -> String { path.contains("/") ? path : "./\(path)" }
}
