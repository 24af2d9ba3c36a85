import MediaTypes
import Testing

@testable import Lettering

/// Needs a font with Latin letters, and for one test one with Chinese ones (scripts/install-dependencies).
struct LetteringTests {
  @Test(arguments: [8.0, 13.5, 60])
  func `capitals have the height that is asked for`(height: Double) throws {
    let lettering = try Lettering("HE", capitalHeight: height)
    #expect(abs(lettering.height - height) < height * 0.01 + 0.01)
    #expect(lettering.width > height && lettering.width < 2.5 * height)
  }

  @Test func `Chinese letters are at least as high as capitals`() throws {
    let lettering = try Lettering("生成", capitalHeight: 20)
    #expect(lettering.height >= 20 && lettering.height < 32)
    #expect(lettering.width >= 40 && lettering.width < 64)
  }

  @Test(arguments: ["<b>a</b>", "%{pts}:a", "a\\:'b'", "&amp;", "$(a)", "a=b[c],d;e"])
  func `nothing in a text is a command`(text: String) throws {
    func width(_ text: String) throws -> Double {
      try Lettering(text, capitalHeight: 20).width
    }
    // Kerning apart, a text is as wide as its letters.
    let letters = try text.map { try width("|\($0)|") - width("||") }.reduce(0, +)
    #expect(abs(try width(text) - letters) < 0.25 * letters)
  }

  @Test func `lines end where they must, within words too`() throws {
    let line = try Lettering("AI-generated video", capitalHeight: 20)
    let two = try Lettering("AI-generated video", capitalHeight: 20, lineWidth: line.width * 0.8)
    #expect(two.width <= line.width * 0.8 && two.height > line.height * 1.8)
    let word = try Lettering("WWWWWWWW", capitalHeight: 20, lineWidth: 80)
    #expect(word.width <= 80 && word.height > 60)
    let given = try Lettering("A\nB", capitalHeight: 20)
    #expect(given.height > 42 && given.width < 25)
  }

  @Test func `white letters in the middle of a dark box, the same every time`() throws {
    let lettering = try Lettering("H", capitalHeight: 40)
    let overlay = try lettering.boxed(padding: 20)
    #expect(overlay.height == 80 || overlay.height == 81)
    #expect(try lettering.boxed(padding: 20) == overlay)
    func sample(_ x: Int, _ y: Int) -> [UInt8] {
      let start = (y * overlay.width + x) * 4
      return Array(overlay.samples[start..<(start + 4)])
    }
    #expect(sample(0, 0) == [0, 0, 0, 0])
    #expect(sample(overlay.width / 2, 10) == [0, 0, 0, 158])
    #expect(sample(overlay.width / 2, overlay.height / 2) == [255, 255, 255, 255])
    let wide = try lettering.boxed(padding: 20, stretch: 2)
    #expect(abs(wide.width - 2 * overlay.width) <= 2 && wide.height == overlay.height)
  }

  @Test func `a character that no font has is an error that names it`() throws {
    let error = #expect(throws: LetteringError.self) {
      try Lettering("AI \u{10FFF0}\u{10FFF1}\u{10FFF0}", capitalHeight: 20)
    }
    #expect(error?.exitCode == .modelNotInstalled)
    #expect(
      error?.description
        == "no font has \u{10FFF0} \u{10FFF1}: install one, on Debian with apt-get install fonts-noto-core"
    )
  }

  @Test(arguments: [
    ("生", "fonts-noto-cjk"), ("あ", "fonts-noto-cjk"), ("성", "fonts-noto-cjk"),
    ("😀", "fonts-noto-color-emoji"), ("❤️", "fonts-noto-color-emoji"), ("ሀ", "fonts-noto-core"),
  ])
  func `errors name the package that has the character`(character: Character, package: String) {
    #expect(LetteringError.missingFont([character]).description.hasSuffix(" \(package)"))
  }

  @Test func `the language follows from the letters`() {
    let texts = ["AI", "AI生成", "人工智能生成", "AI生成です", "AI 생성", "："]
    let languages: [EastAsianScript?] = [nil, .chinese, .chinese, .japanese, .korean, .chinese]
    #expect(texts.map { EastAsianScript(of: $0) } == languages)
  }
}
