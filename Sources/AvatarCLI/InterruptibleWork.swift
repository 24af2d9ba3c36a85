import Runtime

/// Work that shows its progress and that Ctrl-C and SIGTERM stop.
enum InterruptibleWork {
  /// What `work` gives, which learns from `signals` when to stop and tells how far it is.
  ///
  /// - Throws: `Interruption` after a signal, else what `work` throws.
  static func run<Result>(
    quiet: Bool, _ work: (_ signals: SignalWatch, @escaping ProgressHandler) throws -> Result
  ) throws -> Result {
    let display = ProgressDisplay(quiet: quiet)
    let signals = SignalWatch()
    defer { display.close() }
    do { return try work(signals) { display.handle($0) } } catch {
      throw signals.interruption ?? error
    }
  }
}
