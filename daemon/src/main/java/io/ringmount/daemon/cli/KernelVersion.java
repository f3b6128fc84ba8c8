package io.ringmount.daemon.cli;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The first three numbers of a kernel's release, such as {@code 6.18.44-generic}. */
record KernelVersion(int major, int minor, int patch) implements Comparable<KernelVersion> {
  private static final Pattern RELEASE =
      Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})(?:\\.([0-9]{1,5}))?.*", Pattern.DOTALL);

  static Optional<KernelVersion> parse(String release) {
    Matcher matcher = RELEASE.matcher(release);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String patch = matcher.group(3);
    return Optional.of(
        new KernelVersion(
            Integer.parseInt(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            patch == null ? 0 : Integer.parseInt(patch)));
  }

  boolean isAtLeast(int wantedMajor, int wantedMinor, int wantedPatch) {
    return compareTo(new KernelVersion(wantedMajor, wantedMinor, wantedPatch)) >= 0;
  }

  /**
   * Whether re-sending FUSE requests may corrupt kernel memory: CVE-2026-64265, since 6.9, mended
   * in 6.12.96, 6.18.39 and 7.1.4.
   */
  boolean hasResendFlaw() {
    if (!isAtLeast(6, 9, 0)) {
      return false;
    }
    if (major == 6 && minor == 12) {
      return patch < 96;
    }
    if (major == 6 && minor == 18) {
      return patch < 39;
    }
    return !isAtLeast(7, 1, 4);
  }

  @Override
  public int compareTo(KernelVersion other) {
    int byMajor = Integer.compare(major, other.major);
    int byMinor = byMajor != 0 ? byMajor : Integer.compare(minor, other.minor);
    return byMinor != 0 ? byMinor : Integer.compare(patch, other.patch);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
