import Foundation
import MediaTypes

/// Where a Hugging Face hub has its files, and who asks, by the variables that its own libraries go by.
struct HubAddress {
  let environment: [String: String]

  private var caches: OtherCaches { OtherCaches(environment: environment) }

  /// `HF_ENDPOINT`, without a slash at its end.
  var endpoint: String {
    var text = caches.value("HF_ENDPOINT") ?? "https://huggingface.co"
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }

  /// Whether `HF_HUB_OFFLINE` forbids every use of the network.
  var isOffline: Bool {
    ["1", "ON", "YES", "TRUE"].contains((caches.value("HF_HUB_OFFLINE") ?? "").uppercased())
  }

  /// `HF_TOKEN`, or what `huggingface-cli login` has left.
  var token: String? {
    if let token = caches.value("HF_TOKEN") { return token }
    let path = caches.value("HF_TOKEN_PATH") ?? "\(caches.huggingFaceHome)/token"
    let text = (try? String(contentsOfFile: path, encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return text.flatMap { $0.isEmpty || $0.contains(where: \.isNewline) ? nil : $0 }
  }

  /// The address of a file, and the token that its server may see; nil where only a person can get it.
  func address(of origin: FileOrigin) -> (url: String, token: String?)? {
    switch origin {
    case .huggingFace(let repository, let path, let revision):
      ("\(endpoint)/\(repository)/resolve/\(revision)/\(path)", token)
    case .web(let url): (url, nil)
    case .byHand: nil
    }
  }

  /// The addresses from which a person can get `file`, the best first.
  func pages(of file: PublishedFile) -> [String] {
    switch file.origin {
    case .byHand(let page): [page] + file.pages
    default: [address(of: file.origin)!.url] + file.pages
    }
  }
}
