import Foundation
import Glibc
import MediaTypes
import ModelStore
import Runtime

/// The terms of a model, told before it is installed.
enum LicenceNotice {
  /// Prints the terms of each part on stderr.
  static func show(_ model: PublishedModel) {
    StandardStreams.tell("avatar: terms of \(model.name):\n")
    for part in model.parts {
      StandardStreams.tell("  \(part.title): \(part.licence.text)\n")
    }
  }

  /// Asks for consent where terms restrict the use or are unclear.
  ///
  /// - Throws: `RuntimeError` with 64 where there is nobody to ask, or the answer is no.
  static func ask(_ plan: InstallPlan, isAccepted: Bool) throws {
    guard plan.needsAcceptance, !isAccepted else { return }
    let name = plan.model.name
    guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
      throw RuntimeError(
        "model \(name): its terms need your consent: read them above, then add --yes",
        exitCode: .usage)
    }
    StandardStreams.tell("Install \(name) under these terms? [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    guard ["y", "yes"].contains(answer) else {
      throw RuntimeError(
        "model \(name): nothing was installed: its terms were not accepted", exitCode: .usage)
    }
  }
}

extension Licence {
  var text: String {
    "\(name); commercial use \(commercialUse.rawValue)\(remark.isEmpty ? "" : "; \(remark)")"
  }
}
