/// A model on this machine, ready to be opened: a path for each of its parts.
public struct InstalledModel: Sendable {
  /// One part on this machine.
  public struct Part: Sendable, Equatable {
    public let role: ModelRole
    /// The file of weights; its configuration, where it has one, lies beside it.
    public let weights: String
    public let configuration: String?
    /// The weights' SHA-256 as it was when they were installed; nil for a folder that was never installed.
    public let sha256: String?
  }

  /// As reports name it: `musetalk-1.5`, or the folder.
  public let name: String
  /// Which published model it is; of a folder, the one whose files are there.
  public let published: PublishedModel
  public let parts: [Part]

  init(name: String, published: PublishedModel, parts: [Part]) {
    self.name = name
    self.published = published
    self.parts = parts
  }

  /// The part for `role`; throws `ModelStoreError.roleMissing`, 69, where the model has none.
  public func part(_ role: ModelRole) throws(ModelStoreError) -> Part {
    guard let part = parts.first(where: { $0.role == role }) else {
      throw .roleMissing(model: name, role: role.rawValue)
    }
    return part
  }

  /// The path of the weights for `role`; throws as `part` does.
  public func weights(_ role: ModelRole) throws(ModelStoreError) -> String {
    try part(role).weights
  }

  /// Tells one version of the weights from another, as far as it is known without reading them: nil for a folder.
  public var identity: String? {
    let lines = parts.compactMap { part in part.sha256.map { "\(part.role.rawValue) \($0)" } }
    return lines.count == parts.count ? ([published.name] + lines).joined(separator: "\n") : nil
  }
}
