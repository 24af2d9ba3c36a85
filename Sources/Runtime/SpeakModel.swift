import Face
import Foundation
import ModelStore

/// What `--model` names: a lip-sync model of one kind or the other.
enum SpeakModel {
  case mini(MiniModel)
  case museTalk(MuseTalkModel)

  /// Finds the request's model; reads no weights.
  ///
  /// - Throws: `RuntimeError`, 64, for options that the model does not have, and errors with 69 for a model that is not there.
  init(_ request: SpeakRequest) throws {
    let name = request.model
    if name == "mini" || FileManager.default.fileExists(atPath: "\(name)/painter/config.json") {
      try Self.refuse(request.museTalk.words.first?.option, model: name)
      self = .mini(try MiniModel(name))
      return
    }
    if let other = ModelTable.models.first(where: { $0.name == name }), other.purpose != .lipSync {
      throw RuntimeError.usage(
        "model \(name): makes no lips follow a sound: use \(SpeakOptions.modelNames.joined(separator: ", "))"
      )
    }
    let model = try MuseTalkModel(
      try ModelStore.locate(name), autoencoder: request.museTalk.autoencoder)
    if model.version == .v1_0, request.museTalk.extraMargin != nil {
      try Self.refuse("--extra-margin", model: name)
    }
    self = .museTalk(model)
  }

  /// Tells one version of the weights from another.
  func identity() throws -> String {
    switch self {
    case .mini(let model): try model.identity()
    case .museTalk(let model): try model.identity()
    }
  }

  /// A folder whose content is to be compared as that of a job's other inputs; MuseTalk's gigabytes are known by their
  /// files' sizes and times.
  var inputPath: String? {
    guard case .mini(let model) = self, model.name != "mini" else { return nil }
    return model.name
  }

  private static func refuse(_ option: String?, model: String) throws {
    guard let option else { return }
    throw RuntimeError.usage("\(option): model \(model) has no such option: leave it out")
  }
}
