/// What a control picture shows.
public enum ControlKind: String, Sendable, CaseIterable {
  /// The skeleton of a person, made from a picture.
  case pose
  /// The edges of a picture, made from it.
  case canny
  /// Any control picture that is ready.
  case map
  // Ready ones by the names that people know them by.
  case depth, tile, softedge, hed, scribble, lineart, normalbae, seg, mlsd, shuffle

  /// Whether the control picture is made here from another one.
  public var isMade: Bool { self == .pose || self == .canny }

  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
