/// The words that prompts for mini are made of.
enum MotionVocabulary {
  /// What a word means.
  enum Meaning: Equatable {
    case action(MotionAction)
    /// Waits for a direction, or does without one as it says.
    case directed(Movement)
    case direction(Direction)
    /// Shuts something, or opens it; only eyes can be.
    case lids(isClosing: Bool)
    case eyes
    /// How strongly.
    case degree(Double)
    /// What stands beside it is not to be done.
    case negation
    /// The next scene.
    case then
    /// The next part of a scene.
    case and
    /// Who moves, with what, and words between.
    case nothing
  }

  enum Movement: Equatable { case looks, tilts, turns }
  enum Direction: Equatable { case left, right, up, down, ahead, around }

  /// The action of a movement in a direction; nil where there is none, such as tilting down.
  static func action(_ movement: Movement, _ direction: Direction) -> MotionAction? {
    switch (movement, direction) {
    case (.looks, .left): .looksLeft
    case (.looks, .right): .looksRight
    case (.looks, .up): .looksUp
    case (.looks, .down): .looksDown
    case (.tilts, .left): .tiltsLeft
    case (.tilts, .right): .tiltsRight
    case (.turns, .left): .turnsLeft
    case (.turns, .right): .turnsRight
    default: nil
    }
  }

  /// What a word in lower case means; nil for one that is not known.
  static func meaning(_ word: String) -> Meaning? { meanings[word] }

  private static let meanings: [String: Meaning] = {
    var result: [String: Meaning] = [:]
    for (meaning, words) in lists {
      for word in words.split(separator: " ") { result[String(word)] = meaning }
    }
    return result
  }()

  private static let lists: [(Meaning, String)] = [
    (.action(.nods), "nod nods nodding nodded agree agrees agreeing yes"),
    (.action(.shakes), "shake shakes shaking disagree disagrees disagreeing"),
    (
      .action(.smiles),
      "smile smiles smiling grin grins grinning happy happily friendly cheerful cheerfully laugh laughs laughing"
    ),
    (
      .action(.frowns),
      "frown frowns frowning serious seriously stern sternly angry angrily sad sadly grim worried"
    ),
    (.action(.blinks), "blink blinks blinking"),
    (.action(.raisesBrows), "brow brows eyebrow eyebrows surprised surprise astonished"),
    (.action(.closesEyes), "sleep sleeps sleeping asleep dozes dozing"),
    (.lids(isClosing: true), "close closes closing closed shut shuts shutting"),
    (.lids(isClosing: false), "open opens opening opened"),
    (.eyes, "eye eyes eyelid eyelids lid lids"),
    (.directed(.looks), "look looks looking glance glances glancing gaze gazes gazing peers"),
    (.directed(.tilts), "tilt tilts tilting tilted cock cocks lean leans leaning"),
    (.directed(.turns), "turn turns turning turned rotate rotates rotating"),
    (.direction(.left), "left leftward leftwards"),
    (.direction(.right), "right rightward rightwards"),
    (.direction(.up), "up upward upwards"),
    (.direction(.down), "down downward downwards"),
    (.direction(.ahead), "ahead forward forwards straight"),
    (.direction(.around), "around round back"),
    (.degree(0.6), "slightly gently softly faintly subtly little bit barely slight gentle faint"),
    (.degree(1.4), "strongly broadly widely vigorously much very deeply big broad strong"),
    (.negation, "not no never without neither nor cannot doesn't don't isn't aren't can't won't"),
    (.then, "then afterwards next"),
    (.and, "and while but also"),
    (
      .nothing,
      """
      a an the this that is are be being does do will would can has have it its it's to at of in on by with from for into towards toward as over her \
      his their she he they she's he's they're him them woman man girl boy lady gentleman person child people portrait picture video photo \
      face head mouth lips side sides camera viewer us you me raise raises raising lift \
      lifts again often sometimes breathe breathes breathing idle idles still calm calmly quiet quietly wait \
      waits waiting fall falls falling sit sits sitting stand stands rest rests listen listens listening live lively natural naturally
      """
    ),
  ]
}
