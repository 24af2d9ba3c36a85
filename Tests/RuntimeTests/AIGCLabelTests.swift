import Foundation
import Testing

@testable import Runtime

struct AIGCLabelTests {
  private let text = """
    {"Label":"1","ContentProducer":"studio","ProduceID":"n1","ReservedCode1":"","ContentPropagator":"studio",\
    "PropagateID":"n1","ReservedCode2":""}
    """

  @Test func `is written in the standard's order`() {
    #expect(AIGCLabel(producer: "studio", contentID: "n1").metadataText == text)
  }

  @Test(arguments: ["studio", "", "艾 \"q\" \\ \n\t\r😀", "\u{1}\u{1F}\u{7F}\u{2028}", "a\u{301}"])
  func `any text comes back`(text: String) throws {
    let label = AIGCLabel(producer: text, contentID: text + "1")
    #expect(AIGCLabel(metadata: label.metadataText) == label)
    let members = try JSONSerialization.jsonObject(with: Data(label.metadataText.utf8))
    #expect((members as? [String: String])?["ContentProducer"] == text)
    #expect(!label.metadataText.contains("\n"))
  }

  @Test func `is read as others write it`() throws {
    let wrapped = try #require(AIGCLabel(metadata: "{\"AIGC\": \(text)}"))
    #expect(wrapped == AIGCLabel(producer: "studio", contentID: "n1"))
    let short = try #require(AIGCLabel(metadata: #"{"Label": 3, "ProduceID": null, "New": "x"}"#))
    #expect(short.label == "3" && short.meaning == "suspected to be AI-generated")
    #expect(short.contentProducer.isEmpty && short.produceID.isEmpty)
  }

  @Test(arguments: [
    "", "yes", "{}", "[1]", #"{"AIGC": {}}"#, #"{"Label": {}}"#, "{\"Label\": \"1\"",
  ])
  func `what is no label is none`(text: String) {
    #expect(AIGCLabel(metadata: text) == nil)
  }
}
