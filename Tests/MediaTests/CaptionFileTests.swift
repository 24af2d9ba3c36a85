import Foundation
import MediaTypes
import Testing

@testable import Media

/// SRT and WebVTT as they are met.
@Suite struct CaptionFileTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private func read(_ data: Data) throws -> CaptionFile {
    try data.write(to: URL(fileURLWithPath: shop["a.txt"]))
    return try CaptionFile(shop["a.txt"])
  }

  private func read(_ text: String) throws -> CaptionFile { try read(Data(text.utf8)) }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func `SRT with any line ends, markup and mark`(end: String) throws {
    let text = """
      \u{FEFF}1
      00:00:01,000 --> 00:00:02,500
      <i>Hello</i>, <font color="#ff0000">you</font>

      2
      01:02:03,004 --> 01:02:04,000 X1:10
      {\\an8}a < b & c > d
      - second line \u{20}

      3
      00:00:09,9 --> 00:00:10,1
      <b></b>

      """
    let file = try read(text.replacing("\n", with: end))
    #expect(file.format == .srt)
    #expect(
      file.captions == [
        Caption(1000..<2500, "Hello, you"),
        Caption(3_723_004..<3_724_000, "a < b & c > d\n- second line"),
      ])
  }

  @Test func `WebVTT with notes, styles, names, settings and entities`() throws {
    let file = try read(
      """
      WEBVTT - made by hand
      X-TIMESTAMP-MAP=LOCAL:00:00:00.000

      NOTE 00:01
      nothing to show

      STYLE
      ::cue { color: red }

      intro
      00:01.500 --> 00:03.000 align:start position:10%
      <v Ann>Fish &amp; chips &lt;3</v> <00:02.000><c.loud>now</c>

      00:04.000 --> 00:05.000
      שלום עולם
      """)
    #expect(file.format == .vtt)
    #expect(
      file.captions == [
        Caption(1500..<3000, "Fish & chips <3 now"), Caption(4000..<5000, "שלום עולם"),
      ])
  }

  @Test func `UTF-16 with a mark is read, other encodings are named`() throws {
    let text = "1\n00:00:01,000 --> 00:00:02,000\n你好\n"
    let wide = Data([0xFF, 0xFE]) + (text.data(using: .utf16LittleEndian) ?? Data())
    #expect(try read(wide).captions == [Caption(1000..<2000, "你好")])
    let latin = try #require("1\n00:00:01,000 --> 00:00:02,000\nÄ\n".data(using: .isoLatin1))
    let error = #expect(throws: MediaError.self) { try read(latin) }
    #expect(error?.exitCode == .badInput)
    #expect(error?.description.hasSuffix("save them as UTF-8") == true)
  }

  @Test(arguments: [
    ("hello\n", "text that belongs to no time in line 1"), ("1\n2\n", "no captions in this file"),
    ("WEBVTT\n\nNOTE a\n", "no captions in this file"),
    ("1\n00:00:01,000 --> tomorrow\na\n", "no time as 00:00:01,500 --> 00:00:03,000 in line 2"),
    ("1\n00:00:61,000 --> 00:01:02,000\na\n", "no time as 00:00:01,500 --> 00:00:03,000 in line 2"),
    ("1\n00:00:02,000 --> 00:00:02,000\na\n", "a caption that ends before it begins in line 2"),
    ("1\n00:00:01,000 --> 00:00:02,000\na\n\nb\n", "text that belongs to no time in line 5"),
    ("1\n99999:00:01,000 --> 99999:00:02,000\na\n", "no time as"),
    ("1\n00:00:01,000 --> \na\n", "no time as"), ("\0\0\0", "not in UTF-8"),
  ])
  func `what is no captions is told with its line`(text: String, complaint: String) throws {
    let error = #expect(throws: MediaError.self) { try read(text) }
    #expect(error?.exitCode == .badInput)
    #expect(error?.description.contains(complaint) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test func `files that are none`() throws {
    #expect(throws: MediaError.self) { try CaptionFile(shop["none.srt"]) }
    #expect(throws: MediaError.self) { try CaptionFile(shop.folder) }
    #expect(throws: MediaError.self) { try CaptionFile(shop.tone("a.wav")) }
  }

  @Test func `random bytes never trap`() {
    var generator = SystemRandomNumberGenerator()
    let pieces = [
      "WEBVTT\n", "1\n", "00:00:01,000", " --> ", "\n", "<", ">", "&", "{\\", "}", "é", ":", ",",
      "9",
    ]
    for _ in 0..<300 {
      let text = (0..<12).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      do { _ = try read(text) } catch { #expect(error is MediaError, "\(text)") }
    }
  }

  @Test func `one at a time, where they overlap together`() {
    let captions = [
      Caption(2000..<4000, "b"), Caption(1000..<3000, "a"), Caption(5000..<6000, "c"),
      Caption(6000..<7000, "c"),
    ]
    #expect(
      captions.oneAtATime == [
        Caption(1000..<2000, "a"), Caption(2000..<3000, "a\nb"), Caption(3000..<4000, "b"),
        Caption(5000..<7000, "c"),
      ])
    #expect(
      captions.oneAtATime.ending(by: 2500) == [
        Caption(1000..<2000, "a"), Caption(2000..<2500, "a\nb"),
      ])
    #expect([Caption]().oneAtATime.isEmpty)
  }
}
