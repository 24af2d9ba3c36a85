import Foundation
import Media
import MediaTypes

/// Where looks go: one PNG that is replaced again and again, or a folder with one for each step.
struct PreviewPath {
  /// As it was given.
  let text: String
  private let isFolder: Bool
  /// The metadata entry that tells our looks from others' pictures.
  private static let tag = "avatar_preview"

  init(_ text: String) {
    self.text = text
    isFolder = text.hasSuffix("/") || OutputPath.isFolder(text)
  }

  /// Refuses places where looks can't be written, or where another picture lies.
  ///
  /// - Throws: `RuntimeError`: 64 for a name that is no PNG's, 73 where nothing can be written.
  func check(force: Bool, inputs: [String]) throws {
    if isFolder {
      try OutputPath.createFolder(of: "\(text)/look.png")
      return try OutputPath.check("\(text)/look.png", force: force)
    }
    guard FilePath.pathExtension(of: text).lowercased() == "png" else {
      throw RuntimeError.usage("--preview \(text): end its name in .png, or name a folder")
    }
    let isOurs = (try? probe(text))?.tag(Self.tag) != nil
    try OutputPath.check(text, force: force || isOurs, inputs: inputs)
  }

  /// Writes the look after `step` steps of what `name` stands for; the file's name appears with the whole file.
  func write(_ look: RGBPicture, name: String, step: Int) throws {
    let number = String(repeating: "0", count: max(0, 4 - "\(step)".count)) + "\(step)"
    let path = isFolder ? "\(text)/\(name)-\(number).png" : text
    let label = AIGCLabel(producer: Provenance.defaultProducer, contentID: "preview \(step)")
    try writePNG(
      look, to: path, texts: [Self.tag: "\(step)", AIGCLabel.tagName: label.metadataText])
  }
}
