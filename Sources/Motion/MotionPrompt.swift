/// What a prompt asks a portrait to do: scenes one after the other, of equal length unless they are said to be of others.
///
/// Words are English, and few (`MotionVocabulary`). "then" begins the next scene. "slightly" and "broadly" weigh the
/// part of a scene that they stand in, and "not" takes it away; parts are separated by commas and by "and". Movements without a direction
/// go to the left; a look without one goes nowhere.
public struct MotionPrompt: Sendable, Equatable {
  /// The strength of each action, scene after scene; none is idling.
  public private(set) var scenes: [[MotionAction: Double]] = []
  /// How long each scene is, beside the others.
  public private(set) var lengths: [Double] = []
  /// Words that are not known, in order.
  public private(set) var unknownWords: [String] = []

  public init(_ text: String) {
    var scene: [MotionAction: Double] = [:]
    var movement: MotionVocabulary.Movement?
    var part = Part()
    var isSaid = false
    func finishPart() {
      part.finish(movement)
      if let lids = part.lids, !part.hasEyes { unknownWords.insert(lids.word, at: lids.place) }
      for (action, strength) in part.strengths { scene[action] = strength }
      part = Part()
    }
    for word in Self.words(text) {
      guard let meaning = Self.meaning(word) else {
        unknownWords.append(word)
        continue
      }
      if meaning != .then { isSaid = true }
      switch meaning {
      case .nothing: break
      case .and: finishPart()
      case .then:
        finishPart()
        // Marks and "then"s one after the other make no scene.
        if isSaid { scenes.append(scene) }
        (scene, isSaid) = ([:], false)
      case .directed(let next):
        part.finish(movement)
        movement = next
        part.isOpen = true
      case .direction(let direction):
        part.isOpen = false
        if let movement, let action = MotionVocabulary.action(movement, direction) {
          part.actions.append(action)
        } else if movement != .looks && movement != nil || direction != .ahead {
          unknownWords.append(word)
        }
      case .action(let action):
        part.finish(movement)
        // "turns to smile": nothing more is said about the movement.
        part.actions.append(action)
      case .lids(let isClosing):
        part.finish(movement)
        part.lids = (word, unknownWords.count, isClosing)
      case .eyes: part.hasEyes = true
      case .degree(let degree): part.degree = degree
      case .negation:
        // What comes before is to be done all the same: "nods without smiling".
        finishPart()
        part.isNegated = true
      }
    }
    finishPart()
    if isSaid || scenes.isEmpty { scenes.append(scene) }
    lengths = scenes.map { _ in 1 }
  }

  /// Prompts that follow one another, each for so long, which its scenes share evenly.
  public init(parts: [(text: String, length: Double)]) {
    precondition(!parts.isEmpty, "a prompt has parts")
    for (text, length) in parts {
      let prompt = MotionPrompt(text)
      scenes += prompt.scenes
      lengths += prompt.scenes.map { _ in length / Double(prompt.scenes.count) }
      unknownWords += prompt.unknownWords.filter { !unknownWords.contains($0) }
    }
  }

  /// One part of a scene.
  private struct Part {
    var actions: [MotionAction] = []
    var degree = 1.0
    var isNegated = false
    /// Whether a movement waits for its direction.
    var isOpen = false
    /// The word that closes or opens, its place among unknown words where it is not eyes that do, and whether they are spoken of.
    var lids: (word: String, place: Int, isClosing: Bool)?
    var hasEyes = false

    var strengths: [MotionAction: Double] {
      var actions = isNegated ? [] : actions
      // Eyes that are not to be opened are closed.
      if hasEyes, let lids, lids.isClosing != isNegated { actions.append(.closesEyes) }
      return Dictionary(actions.map { ($0, degree) }) { first, _ in first }
    }

    mutating func finish(_ movement: MotionVocabulary.Movement?) {
      if isOpen, let movement, movement != .looks,
        let action = MotionVocabulary.action(movement, .left)
      {
        actions.append(action)
      }
      isOpen = false
    }
  }

  private static func meaning(_ word: String) -> MotionVocabulary.Meaning? {
    switch word {
    case ",": .and
    case ".", ";", "!", "?", ":": .then
    default: MotionVocabulary.meaning(word)
    }
  }

  /// Words in lower case, and the marks between them; a mark before "then" and at the end says nothing of its own.
  private static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    for character in text.lowercased() + " " {
      if character.isLetter || character.isNumber || character == "'" || character == "’" {
        word.append(character == "’" ? "'" : character)
        continue
      }
      if !word.isEmpty { words.append(word) }
      word = ""
      if ",.;:!?".contains(character) { words.append(String(character)) }
    }
    let isMark = { (word: String) in word.count == 1 && ",.;:!?".contains(word) }
    while let last = words.last, isMark(last) { words.removeLast() }
    return words.enumerated().filter { index, word in
      !(isMark(word) && index + 1 < words.count
        && (words[index + 1] == "then" || isMark(words[index + 1])))
    }.map(\.element)
  }
}
