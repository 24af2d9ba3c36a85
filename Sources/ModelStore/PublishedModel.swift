/// A model as its makers published it: what it consists of and where it comes from.
public struct PublishedModel: Sendable, Equatable {
  /// What a model is for.
  public enum Purpose: Sendable {
    case lipSync
    /// Pictures set in motion.
    case video
    /// A part of how pictures and videos are generated: one that looks at a picture, or holds them to one.
    case imagePrompt, control
  }

  /// As the command line names it, such as `musetalk-1.5`.
  public let name: String
  /// What it does, in one line.
  public let summary: String
  /// Whether this version of the program can run it.
  public let isRunnable: Bool
  public let purpose: Purpose
  /// None for the model in the program itself.
  public let parts: [ModelPart]

  public init(
    name: String, summary: String, isRunnable: Bool = true, purpose: Purpose = .lipSync,
    parts: [ModelPart]
  ) {
    self.name = name
    self.summary = summary
    self.isRunnable = isRunnable
    self.purpose = purpose
    self.parts = parts
  }

  public var isEmbedded: Bool { parts.isEmpty }
  public var files: [PublishedFile] { parts.flatMap(\.files) }
  /// Of all files as far as it is known.
  public var byteCount: Int { files.reduce(0) { $0 + ($1.byteCount ?? 0) } }

  /// The strictest of the parts' terms.
  public var commercialUse: Licence.CommercialUse {
    let uses = parts.map(\.licence.commercialUse)
    return uses.contains(.forbidden) ? .forbidden : uses.contains(.unclear) ? .unclear : .allowed
  }

  public static func == (one: PublishedModel, other: PublishedModel) -> Bool {
    one.name == other.name
  }
}

/// A part of a model: the weights of one network and the configuration beside them.
///
/// Models that share a part share its folder.
public struct ModelPart: Sendable {
  public let role: ModelRole
  /// As its makers call it, such as `sd-vae-ft-mse`.
  public let title: String
  public let licence: Licence
  /// Its folder in the store and in a `models/` folder of upstream's layout.
  public let folder: String
  /// Other folders in which people keep it.
  public let otherFolders: [String]
  public let weights: PublishedFile
  /// nil where the weights tell all.
  public let configuration: PublishedFile?
  /// A tensor by which the network's weights are known, or the end of its name.
  public let telltale: String

  public init(
    role: ModelRole, title: String, licence: Licence, folder: String, otherFolders: [String] = [],
    weights: PublishedFile, configuration: PublishedFile? = nil, telltale: String
  ) {
    self.role = role
    self.title = title
    self.licence = licence
    self.folder = folder
    self.otherFolders = otherFolders
    self.weights = weights
    self.configuration = configuration
    self.telltale = telltale
  }

  public var files: [PublishedFile] { [weights] + (configuration.map { [$0] } ?? []) }

  /// Where `file` lies in a folder of upstream's layout.
  public func path(of file: PublishedFile) -> String { "\(folder)/\(file.name)" }
}

/// One file of a published model.
public struct PublishedFile: Sendable, Hashable {
  public let name: String
  /// Names under which the same tensors are also published; nothing is known about those files' bytes.
  public let otherNames: [String]
  public let origin: FileOrigin
  /// Web pages from which a person can download it by hand.
  public let pages: [String]
  /// Size in bytes where a trustworthy source tells it.
  public let byteCount: Int?
  /// SHA-256 in 64 hexadecimal digits where a trustworthy source tells it; else it is recorded when it is installed.
  public let sha256: String?

  public init(
    _ name: String, otherNames: [String] = [], origin: FileOrigin, pages: [String] = [],
    byteCount: Int? = nil, sha256: String? = nil
  ) {
    self.name = name
    self.otherNames = otherNames
    self.origin = origin
    self.pages = pages
    self.byteCount = byteCount
    self.sha256 = sha256
  }
}

/// Where a file is downloaded from.
public enum FileOrigin: Sendable, Hashable {
  /// A file of a repository `organisation/name` on a Hugging Face hub.
  case huggingFace(repository: String, path: String, revision: String = "main")
  /// A file on a web server; `torch.hub` keeps it under its last name.
  case web(url: String)
  /// A page that only a person can download from.
  case byHand(page: String)
}
