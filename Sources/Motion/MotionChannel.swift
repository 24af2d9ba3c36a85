/// One of the ways in which a portrait moves, by the name that `Training/motion` gives it.
///
/// Angles are in radians: yaw to the viewer's right, pitch down, roll clockwise as seen. Shifts are in sides of the
/// face's square. Gaze (to the viewer's right, down), brows (up) and smile go from -1 to 1, blink and breath from 0 to 1.
public enum MotionChannel: String, CaseIterable, Sendable {
  case yaw, pitch, roll
  case shiftX = "shift_x"
  case shiftY = "shift_y"
  case gazeX = "gaze_x"
  case gazeY = "gaze_y"
  case blink, brows, smile, breath

  /// No part of a face travels further.
  var range: ClosedRange<Double> {
    switch self {
    case .yaw: -0.34...0.34
    case .pitch: -0.28...0.28
    case .roll: -0.25...0.25
    case .shiftX, .shiftY: -0.04...0.04
    case .gazeX, .gazeY: -1.3...1.3
    case .blink: 0...1
    case .brows, .smile: -1.5...1.5
    case .breath: 0...1.5
    }
  }

  /// Whether it moves by jumps, which nothing may smooth away.
  var isSudden: Bool { self == .blink }
}
