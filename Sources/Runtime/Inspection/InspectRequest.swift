/// What `avatar inspect` is asked to do.
public struct InspectRequest: Sendable {
  public static let sampleRange = 1...100
  public static let shiftCounts = 1...15

  /// A picture, clip or folder of pictures, or a presenter's name.
  public var clip: String
  /// The PNG to draw; nil draws none.
  public var sheet: String?
  /// Whose face is marked as the one to speak; nil marks nobody.
  public var face: FaceSelection?
  /// How many frames the sheet shows.
  public var sampleCount = 12
  /// A MuseTalk model, whose boxes and masks the sheet shows instead; nil draws everybody's landmarks.
  public var model: String?
  /// Its options, but for those of which the sheet shows several values.
  public var museTalk = MuseTalkOptions()
  /// The values of `--box-shift` that the sheet shows side by side.
  public var boxShifts = [-9, -6, -3, 0, 3, 6, 9]
  public var replacesOutput = false

  public init(clip: String) { self.clip = clip }
}
