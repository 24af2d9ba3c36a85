/// Something that a portrait can be asked to do, by the name that `Training/motion` gives it; left and right are the
/// viewer's.
public enum MotionAction: String, CaseIterable, Sendable {
  case nods, shakes, smiles, frowns
  case looksLeft = "looks_left"
  case looksRight = "looks_right"
  case looksUp = "looks_up"
  case looksDown = "looks_down"
  case blinks
  case raisesBrows = "raises_brows"
  case tiltsLeft = "tilts_left"
  case tiltsRight = "tilts_right"
  case turnsLeft = "turns_left"
  case turnsRight = "turns_right"
  case closesEyes = "closes_eyes"

  /// How strongly it may be asked for; 1 is usual.
  static let strengths = 0.5...1.4
}
