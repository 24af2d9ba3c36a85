/// Which of a film's faces is meant.
public enum FaceChoice: Hashable, Sendable {
  /// The largest, outermost left or outermost right one where the first faces are seen.
  case largest, left, right
  /// The one with this number, from 1, in order of appearance and from left to right.
  case number(Int)
  /// The one that looks most like this.
  case looks(FaceDescriptor)
}
