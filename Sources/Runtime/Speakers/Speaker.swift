import Media
import MediaTypes

/// Somebody in the picture with a sound of their own.
public struct Speaker: Hashable, Sendable {
  /// How many there may be at once.
  public static let counts = 2...8

  /// Whose mouth follows the sound.
  public var face: FaceSelection
  public var audio: String

  public init(face: FaceSelection, audio: String) {
    self.face = face
    self.audio = audio
  }

  /// Reads `left=a.wav`: a face as `--face` takes it, and a file.
  public init(parsing text: String) throws(SpeakOptions.Complaint) {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex,
      text.index(after: sign) != text.endIndex
    else { throw SpeakOptions.Complaint("write it as left=voice.wav") }
    self.init(
      face: FaceSelection(String(text[..<sign])), audio: String(text[text.index(after: sign)...]))
  }

  /// What is wrong with so many speakers, or with two of one name; nil where nothing is.
  public static func complaint(_ speakers: [Speaker]) -> String? {
    guard counts.contains(speakers.count) else {
      return
        "name \(counts.lowerBound) to \(counts.upperBound) speakers; for one, name the face with face and the sound with audio"
    }
    let names = speakers.map(\.face.text)
    let twice = Set(names.filter { name in names.count { $0 == name } > 1 }).sorted().first
    return twice.map { "\($0) has two sounds: name each face once" }
  }
}

extension SpeakRequest {
  /// The sounds that are listened to.
  var sounds: [String] { speakers.isEmpty ? [audio] : speakers.map(\.audio) }

  /// The request of one speaker alone.
  func alone(_ speaker: Speaker) -> SpeakRequest {
    var request = self
    (request.audio, request.face, request.speakers) = (speaker.audio, speaker.face, [])
    return request
  }
}
