/// What a part of a model does in the pipeline that runs it.
public enum ModelRole: String, Sendable, Hashable, Codable, CaseIterable {
  /// The network that repaints or animates.
  case unet
  /// The autoencoder between pictures and latents.
  case vae
  /// The audio encoder.
  case whisper
  /// Finds facial landmarks (DWPose).
  case landmarks
  /// Finds faces (S3FD).
  case faceDetector = "face-detector"
  /// Names the parts of a face (BiSeNet).
  case faceParser = "face-parser"
  /// Carries the look of a reference picture into the frames (MuseV).
  case referenceNet = "reference-net"
  /// Turns a picture's embedding into tokens (MuseV).
  case imageProjection = "image-projection"
  /// Turns a picture into its embedding (MuseV, IP-Adapter).
  case imageEncoder = "image-encoder"
  /// Has a Stable Diffusion look at a picture (IP-Adapter).
  case imagePrompt = "image-prompt"
  /// Tells whose a face is (insightface).
  case faceRecognition = "face-recognition"
  /// Holds a Stable Diffusion to a picture (ControlNet).
  case controlNet = "control-net"
}
