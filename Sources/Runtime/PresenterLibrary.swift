import Foundation
import MediaTypes

/// Finding presenters by name, and saving their clips.
public enum PresenterLibrary {
  /// Writes the idle clip of the presenter called `name` to `path` and returns `path`.
  ///
  /// - Throws: `RuntimeError`: 66 for an unknown name, 73 or 74 for an output that can't be made.
  public static func save(_ name: String, to path: String, force: Bool) throws -> String {
    guard let presenter = try Presenter.named(name) else { throw try unknown(name) }
    try OutputPath.check(path, force: force)
    do {
      try presenter.clip().write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch let error as RuntimeError {
      throw error
    } catch {
      throw RuntimeError.inputOutput(
        "output \(path): can't be written: check free space and permissions")
    }
    return path
  }

  /// The error for a name that is neither a file nor a presenter.
  static func unknown(_ name: String) throws -> RuntimeError {
    let names = try Presenter.all().map(\.name)
    return RuntimeError.missing(
      "avatar \(name): no such file or presenter: presenters are \(names.joined(separator: ", "))")
  }
}
