import Foundation

/// The hidden label of AI-generated content that GB 45438-2025 (annex E) asks for in a file's metadata.
public struct AIGCLabel: Sendable, Hashable, Codable {
  /// The name of the metadata entry.
  static let tagName = "AIGC"

  /// "1": the content is AI-generated, "2": it may be, "3": it is suspected to be.
  public var label: String
  /// Name or code of who generated the content, and their unique number for it.
  public var contentProducer: String
  public var produceID: String
  /// What the producer needs to protect the label; free.
  public var reservedCode1: String
  /// Name or code of who spreads the content, and their unique number for it.
  public var contentPropagator: String
  public var propagateID: String
  /// What the propagator needs to protect the label; free.
  public var reservedCode2: String

  enum CodingKeys: String, CodingKey, CaseIterable {
    case label = "Label"
    case contentProducer = "ContentProducer"
    case produceID = "ProduceID"
    case reservedCode1 = "ReservedCode1"
    case contentPropagator = "ContentPropagator"
    case propagateID = "PropagateID"
    case reservedCode2 = "ReservedCode2"
  }

  /// The label of content that was just generated: until somebody spreads it, the propagator is the producer (annex E, note 1).
  init(producer: String, contentID: String) {
    label = "1"
    (contentProducer, produceID, reservedCode1) = (producer, contentID, "")
    (contentPropagator, propagateID, reservedCode2) = (producer, contentID, "")
  }

  /// Reads a metadata entry: the seven members, or an object whose one member `AIGC` holds them; nil where it is neither.
  ///
  /// Absent members are empty; numbers count as their digits.
  init?(metadata text: String) {
    let decoder = JSONDecoder()
    let data = Data(text.utf8)
    if let members = try? decoder.decode([String: Member].self, from: data) {
      self.init(members)
    } else if let wrapped = try? decoder.decode([String: [String: Member]].self, from: data),
      let members = wrapped[Self.tagName]
    {
      self.init(members)
    } else {
      return nil
    }
  }

  private init?(_ members: [String: Member]) {
    guard let label = members[CodingKeys.label.rawValue]?.text else { return nil }
    func text(_ key: CodingKeys) -> String { members[key.rawValue]?.text ?? "" }
    self.label = label
    (contentProducer, produceID) = (text(.contentProducer), text(.produceID))
    (contentPropagator, propagateID) = (text(.contentPropagator), text(.propagateID))
    (reservedCode1, reservedCode2) = (text(.reservedCode1), text(.reservedCode2))
  }

  /// The entry's value: one line of JSON with the members in the standard's order.
  var metadataText: String {
    let values = [
      label, contentProducer, produceID, reservedCode1, contentPropagator, propagateID,
      reservedCode2,
    ]
    return JSONText.object(zip(CodingKeys.allCases, values).map { ($0.rawValue, $1) })
  }

  /// What `label` says, in words.
  public var meaning: String {
    switch label {
    case "1": "AI-generated"
    case "2": "may be AI-generated"
    case "3": "suspected to be AI-generated"
    default: "of unknown meaning"
    }
  }
}

/// A member's value as other programs write it.
private struct Member: Decodable {
  let text: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self) {
      text = "\(number)"
    } else if container.decodeNil() {
      text = ""
    } else {
      text = try container.decode(String.self)
    }
  }
}
