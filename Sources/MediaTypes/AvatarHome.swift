import Foundation

/// Where the program keeps what outlives a run: models, the ledger of batches.
public enum AvatarHome {
  /// `$AVATAR_HOME`, else `$XDG_DATA_HOME/avatar`, else `~/.local/share/avatar`; variables that are empty count as unset.
  public static func folder(environment: [String: String]) -> String {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    if let home = value("AVATAR_HOME") { return home }
    let user = value("HOME") ?? NSHomeDirectory()
    return "\(value("XDG_DATA_HOME") ?? "\(user)/.local/share")/avatar"
  }
}
