package io.ringmount.daemon.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.channels.linux.Mounts;
import io.ringmount.daemon.MountedDirectories;
import io.ringmount.daemon.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Backends that are full, that cannot be written, that are mounted twice, or are mounts. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class BackendKindsIT extends MountedDirectories {
  private static final String AT_ONCE = "entry_timeout=0,attr_timeout=0";

  private void run(String expected, String script, Object... arguments) throws Exception {
    Programs.Outcome outcome =
        programs().script("export LC_ALL=C; exec 2>&1\n" + script, arguments);
    assertEquals(expected, outcome.out());
  }

  @Test
  void fullBackendSaysSoAndTakesMoreOnceThereIsRoom() throws Exception {
    Path backend = mountOther("tmpfs", directory("backend"), "size=1m");
    Path mount = mount(backend, directory("mount"), AT_ONCE);
    run(
        """
        dd: error writing 'big': No space left on device
        1048576
        script: line 3: echo: write error: No space left on device
        0
        more
        """,
        """
        cd $1; dd if=/dev/zero of=big bs=64k status=none || stat -c %s big
        echo x > small || stat -c %s small
        truncate -s 64k big; echo more > small; cat small
        """,
        mount);
  }

  @Test
  void readOnlyBackendIsReadAndNothingElse() throws Exception {
    Path backend = mountOther("tmpfs", directory("backend"), "");
    Files.writeString(backend.resolve("file"), "content");
    Mounts.mount("tmpfs", backend, "tmpfs", Mounts.MS_REMOUNT | Mounts.MS_RDONLY, "");
    Path mount = mount(backend, directory("mount"), AT_ONCE);
    run(
        """
        content
        touch: cannot touch 'new': Read-only file system
        mkdir: cannot create directory 'dir': Read-only file system
        rm: cannot remove 'file': Read-only file system
        mv: cannot move 'file' to 'moved': Read-only file system
        chmod: changing permissions of 'file': Read-only file system
        truncate: cannot open 'file' for writing: Read-only file system
        ln: failed to create symbolic link 'link': Read-only file system
        file
        """,
        """
        cd $1; cat file; echo
        ! touch new; ! mkdir dir; ! rm -f file; ! mv file moved; ! chmod 600 file
        ! truncate -s 0 file; ! ln -s file link; ls
        """,
        mount);
  }

  @Test
  void mountsOfOneBackendSeeWhatTheOtherChanges() throws Exception {
    Path backend = directory("backend");
    Path one = mount(backend, directory("one"), AT_ONCE);
    Path other = mount(backend, directory("other"), AT_ONCE);
    run(
        """
        1
        12
        1 a
        ab
        """,
        """
        echo -n 1 > $1/file; cat $2/file; echo; echo -n 2 >> $2/file; cat $1/file; echo
        mkdir $1/dir; touch $2/dir/a; ls $1/dir | wc -l | tr '\\n' ' '; ls $1/dir
        mv $1/dir/a $1/dir/ab; ls $2/dir; rm -r $2/dir; ! ls $1/dir 2> /dev/null
        """,
        one,
        other);
  }

  @Test
  void mountOfAMountAndInsideAMount() throws Exception {
    Path backend = directory("backend");
    Files.createDirectory(backend.resolve("inside"));
    Path below = directory("below");
    Path first = mount(backend, directory("first"), AT_ONCE);
    Path second = mount(first, directory("second"), AT_ONCE);
    Path inside = mount(below, first.resolve("inside"), AT_ONCE);
    run(
        """
        through two
        inside
        through the outer
        """,
        """
        echo through two > $2/file; cat $4/file; echo inside > $3/file; cat $5/file
        echo through the outer > $5/other; cat $1/inside/other
        """,
        first,
        second,
        inside,
        backend,
        below);
    for (Path each : new Path[] {inside, second, first}) {
      unmount(each);
    }
  }
}
