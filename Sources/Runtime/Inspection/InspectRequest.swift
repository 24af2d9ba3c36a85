/// What `avatar inspect` is asked to do.
public struct InspectRequest: Sendable {
  public static let sampleRange = 1...100

  /// A picture, clip or folder of pictures, or a presenter's name.
  public var clip: String
  /// The PNG to draw; nil draws none.
  public var sheet: String?
  /// Whose face is marked as the one to speak; nil marks nobody.
  public var face: FaceSelection?
  /// How many frames the sheet shows.
  public var sampleCount = 12
  public var replacesOutput = false

  public init(clip: String) { self.clip = clip }
}
