/// The published models that this program knows.
public enum ModelTable {
  public static let models: [PublishedModel] =
    [mini, museTalk15, museTalk10, museV, museVReferenceNet, museVReferenceNetPose]
    + imagePrompts + controlNets

  /// The model in the program.
  static let mini = PublishedModel(
    name: "mini", summary: "lip-sync and motion, in the program; made from this repository alone",
    parts: [])
}
