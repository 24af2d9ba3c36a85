/// What a runner needs of the host of its jobs; tests have one that lives in the same process.
protocol JobHost: AnyObject {
  /// Sends a command; false when the host is gone.
  @discardableResult
  func send(_ command: HostCommand) -> Bool
  /// Waits up to `milliseconds` for something to happen; `.ended` comes last, once.
  func receive(milliseconds: Int32) -> [HostEvent]
  /// Ends the host at once; `.ended` still comes.
  func kill()
}

/// What comes from a host.
enum HostEvent: Equatable {
  case message(HostMessage)
  /// The host is gone; `reason` says how, such as "signal 11 (Segmentation fault)".
  case ended(reason: String)
}
