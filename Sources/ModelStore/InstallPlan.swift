/// What installing a model would do: what is there already, what has to be downloaded, under which terms.
public struct InstallPlan: Sendable {
  enum Source: Sendable, Equatable {
    /// The files stay where they are.
    case found(FoundPart, in: ModelPlace)
    case download
  }

  struct Step: Sendable {
    let part: ModelPart
    let source: Source
  }

  public let model: PublishedModel
  let steps: [Step]

  /// Parts to be downloaded.
  public var downloads: [ModelPart] { steps.filter { $0.source == .download }.map(\.part) }

  /// Bytes to be downloaded as far as sizes are known.
  public var downloadByteCount: Int {
    downloads.flatMap(\.files).reduce(0) { $0 + ($1.byteCount ?? 0) }
  }

  /// Parts whose makers don't clearly allow commercial use.
  public var partsNotForCommerce: [ModelPart] {
    model.parts.filter { $0.licence.commercialUse != .allowed }
  }

  /// Whether a person has to agree to terms before.
  public var needsAcceptance: Bool { model.parts.contains { $0.licence.needsAcceptance } }

  /// Throws `InstallError.notForCommerce` where a part's terms forbid commercial use or leave it open.
  public func checkCommercialUse() throws(InstallError) {
    guard partsNotForCommerce.isEmpty else {
      throw .notForCommerce(
        model: model.name,
        parts: partsNotForCommerce.map { "\($0.title) (\($0.licence.commercialUse.rawValue))" })
    }
  }
}

/// What an installation tells the person who waits for it.
public enum InstallEvent: Sendable, Equatable {
  /// A file is being downloaded; `byteCount` is nil where it isn't known.
  case downloading(path: String, url: String, byteCount: Int?)
  /// A file is being read to take its checksum.
  case checking(path: String, byteCount: Int)
  /// Bytes of the current file that are done.
  case progress(byteCount: Int)
  /// Something that does not stop the installation; one line.
  case warning(String)
}
