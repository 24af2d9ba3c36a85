import ModelStore

/// A model as lists show it.
struct ModelListEntry: Encodable {
  let name: String
  let summary: String
  /// `embedded`, `installed`, `damaged` or `not installed`.
  let status: String
  /// Bytes on disk where it is installed, else bytes to download as far as they are known.
  let byteCount: Int
  /// Whether `byteCount` leaves out files of unknown size.
  private let isSizeOpen: Bool
  let isRunnable: Bool
  let commercialUse: Licence.CommercialUse

  init(_ model: PublishedModel, _ status: ModelStore.Status) {
    name = model.name
    summary = model.summary
    isRunnable = model.isRunnable
    commercialUse = model.commercialUse
    isSizeOpen = model.parts.contains { $0.weights.byteCount == nil }
    switch status {
    case .embedded: (self.status, byteCount) = ("embedded", 0)
    case .installed(let size): (self.status, byteCount) = ("installed", size)
    case .damaged: (self.status, byteCount) = ("damaged", model.byteCount)
    case .notInstalled: (self.status, byteCount) = ("not installed", model.byteCount)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case name, summary, status
    case byteCount = "size"
    case isRunnable = "runnable"
    case commercialUse = "commercial_use"
  }

  var text: String {
    let more = isSizeOpen && status != "installed" ? " and more" : ""
    let size = byteCount > 0 ? ", \(byteCount / 1_000_000) MB\(more)" : ""
    let runnable = isRunnable ? "" : "; this version can't run it"
    return "\(status)\(size); commercial use \(commercialUse.rawValue); \(summary)\(runnable)"
  }
}

/// All that the table tells about a model.
struct ModelDetails: Encodable {
  struct File: Encodable {
    let path: String
    let origins: [String]
    let size: Int?
    let sha256: String?
  }

  struct Part: Encodable {
    let role: ModelRole
    let title: String
    let licence: Licence
    let files: [File]
  }

  let model: ModelListEntry
  let folder: String
  let parts: [Part]

  init(_ entry: ModelListEntry, _ model: PublishedModel, _ store: ModelStore) {
    self.model = entry
    folder = store.folder
    parts = model.parts.map { part in
      Part(
        role: part.role, title: part.title, licence: part.licence,
        files: part.files.map { file in
          File(
            path: part.path(of: file), origins: store.origins(of: file), size: file.byteCount,
            sha256: file.sha256)
        })
    }
  }

  var text: String {
    var lines = ["\(model.name): \(model.text)"]
    if !parts.isEmpty { lines.append("files in \(folder):") }
    for part in parts {
      lines.append("\(part.title) (\(part.role.rawValue)): \(part.licence.text)")
      for file in part.files {
        lines.append("  \(file.path)\(file.size.map { ", \($0) bytes" } ?? "")")
        if let sha256 = file.sha256 { lines.append("    SHA-256 \(sha256)") }
        lines += file.origins.map { "    \($0)" }
      }
    }
    return lines.joined(separator: "\n")
  }
}
