public import ArgumentParser
public import Runtime

/// Captions of `speak`'s output.
struct CaptionOptions: ParsableArguments {
  @Option(
    name: .customLong("captions"),
    help: ArgumentHelp("Captions of what is said, SRT or WebVTT.", valueName: "file"))
  var path: String?

  @Option(
    name: .customLong("caption-style"),
    help: ArgumentHelp(
      "track: a text track that players show or hide (the default); sidecar: a copy of the file "
        + "beside the video; burn: drawn into the picture.",
      valueName: "style"))
  var style: CaptionRequest.Style?

  func validate() throws {
    if path == "" { throw ValidationError("--captions: name a file") }
    if path == nil, style != nil { throw ValidationError("--caption-style: needs --captions") }
  }

  func apply(to request: inout SpeakRequest) {
    guard let path else { return }
    var captions = CaptionRequest(path)
    captions.style = style ?? captions.style
    request.captions = captions
  }
}

extension CaptionRequest.Style: ExpressibleByArgument {}
