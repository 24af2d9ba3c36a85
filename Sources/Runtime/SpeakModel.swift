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
      if let option = request.museTalk.given.first {
        throw RuntimeError.usage("\(option): model \(name) has no such option: leave it out")
      }
      self = .mini(try MiniModel(name))
      return
    }
    self = .museTalk(
      try MuseTalkModel(try ModelStore.locate(name), autoencoder: request.museTalk.autoencoder))
  }
}
