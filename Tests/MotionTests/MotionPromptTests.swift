import Motion
import Testing

@Suite("Motion prompts")
struct MotionPromptTests {
  @Test(arguments: [
    ("a woman nods and smiles", [MotionAction.nods, .smiles]),
    ("She shakes her head, frowning.", [.shakes, .frowns]),
    ("the man looks left and right", [.looksLeft, .looksRight]),
    ("he looks up; ", [.looksUp]),
    ("turns her head to the right and blinks", [.turnsRight, .blinks]),
    ("tilts her head", [.tiltsLeft]),
    ("turns, smiling", [.turnsLeft, .smiles]),
    ("looks at the camera", []),
    ("raises her eyebrows", [.raisesBrows]),
    ("", []),
    ("doesn’t smile but nods", [.nods]),
    ("she’s smiling and does not blink", [.smiles]),
    ("she closes her eyes", [.closesEyes]),
    ("a man with his eyes closed, nodding", [.closesEyes, .nods]),
    ("opens her eyes and smiles", [.smiles]),
    ("doesn't close her eyes", []),
    ("doesn't open her eyes", [.closesEyes]),
    ("falls asleep", [.closesEyes]),
    ("her eyes look left", [.looksLeft]),
    ("nods without smiling", [.nods]),
    ("looks straight ahead and smiles", [.smiles]),
  ])
  func `words become actions`(text: String, actions: [MotionAction]) {
    let prompt = MotionPrompt(text)
    #expect(prompt.unknownWords.isEmpty, "\(prompt.unknownWords)")
    #expect(prompt.scenes.count == 1)
    #expect(Set(prompt.scenes[0].keys) == Set(actions))
  }

  @Test func `scenes follow one another`() {
    for text in ["nods, then smiles", "nods. smiles", "nods; then smiles."] {
      let prompt = MotionPrompt(text)
      #expect(prompt.scenes.map { Set($0.keys) } == [[.nods], [.smiles]], "\(text)")
    }
  }

  @Test func `shots last as long as they are said to, and share their time among their scenes`() {
    let prompt = MotionPrompt(parts: [("nods, then smiles", 3), ("", 1), ("dances and blinks", 2)])
    #expect(prompt.scenes.map { Set($0.keys) } == [[.nods], [.smiles], [], [.blinks]])
    #expect(prompt.lengths == [1.5, 1.5, 1, 2] && prompt.unknownWords == ["dances"])
    #expect(MotionPrompt("nods, then smiles").lengths == [1, 1])
  }

  @Test func `degrees weigh the part that they stand in`() {
    let scene = MotionPrompt("nods slightly and smiles broadly, blinking").scenes[0]
    #expect(scene == [.nods: 0.6, .smiles: 1.4, .blinks: 1])
  }

  @Test func `nothing but eyes is closed or opened`() {
    let prompt = MotionPrompt("opens her mouth, shuts the door, winks")
    #expect(prompt.unknownWords == ["opens", "shuts", "door", "winks"])
    #expect(prompt.scenes == [[:]])
  }

  @Test func `directions that a movement does not have are told, and nothing is done`() {
    let prompt = MotionPrompt("turns around, leans forward, tilts up, nods twice")
    #expect(prompt.unknownWords == ["around", "forward", "up", "twice"])
    #expect(prompt.scenes == [[.nods: 1]])
  }

  @Test func `a direction alone goes on with the movement, and empty scenes are none`() {
    #expect(MotionPrompt("turns left, then right").scenes == [[.turnsLeft: 1], [.turnsRight: 1]])
    #expect(MotionPrompt("then nods. ; then then smiles").scenes == [[.nods: 1], [.smiles: 1]])
    #expect(MotionPrompt("waits, then nods").scenes == [[:], [.nods: 1]])
  }

  @Test func `unknown words are told, in order`() {
    let prompt = MotionPrompt("a red-haired woman dances and nods down")
    #expect(prompt.unknownWords == ["red", "haired", "dances", "down"])
    #expect(Set(prompt.scenes[0].keys) == [.nods])
  }
}
