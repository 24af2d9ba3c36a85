/// The terms under which a part of a model may be used, as far as they are known.
public struct Licence: Sendable, Equatable, Encodable {
  public enum CommercialUse: String, Sendable, Encodable {
    case allowed, forbidden
    /// Nobody who could say so has said it.
    case unclear
  }

  /// SPDX identifier where there is one.
  public let name: String
  public let commercialUse: CommercialUse
  /// What to know beside the name; one line, empty if nothing.
  public let remark: String

  public init(_ name: String, commercialUse: CommercialUse, remark: String = "") {
    self.name = name
    self.commercialUse = commercialUse
    self.remark = remark
  }

  /// Whether a person has to agree before the part is installed: terms that restrict the use, or that nobody knows.
  public var needsAcceptance: Bool { commercialUse != .allowed || !remark.isEmpty }

  private enum CodingKeys: String, CodingKey {
    case name
    case commercialUse = "commercial_use"
    case remark
  }
}
