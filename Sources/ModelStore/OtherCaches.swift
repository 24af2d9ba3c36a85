import Foundation

/// Where Hugging Face's libraries, PyTorch and insightface keep downloads, by the variables that they go by.
struct OtherCaches {
  let environment: [String: String]

  var places: [ModelPlace] {
    [
      ModelPlace(path: huggingFaceHub, layout: .huggingFaceCache),
      ModelPlace(path: torchHub, layout: .torchHub),
      ModelPlace(path: "\(home)/.insightface/models", layout: .upstream),
    ]
  }

  /// `HF_HOME`, which also holds the user's token.
  var huggingFaceHome: String { value("HF_HOME") ?? "\(userCache)/huggingface" }

  private var huggingFaceHub: String { value("HF_HUB_CACHE") ?? "\(huggingFaceHome)/hub" }

  private var torchHub: String { "\(value("TORCH_HOME") ?? "\(userCache)/torch")/hub/checkpoints" }

  private var userCache: String {
    value("XDG_CACHE_HOME") ?? "\(home)/.cache"
  }

  private var home: String { value("HOME") ?? NSHomeDirectory() }

  func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
}
