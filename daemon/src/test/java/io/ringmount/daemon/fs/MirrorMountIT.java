package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.linux.FuseConnection;
import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.daemon.Programs;
import io.ringmount.daemon.Programs.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same scripts on the mount and on a plain directory: what they print, how they end and what
 * they leave must be equal. The plain directory is the oracle.
 */
@RequiresFuse
@Timeout(180)
class MirrorMountIT {
  /** Everything that can be seen of a tree, in an order of its own. */
  private static final String DESCRIBE =
      """
      cd "$1"
      find . -printf '%p %y %m %n %U %G %l' \\( -type d -printf '\\n' -o -printf ' %s %T@\\n' \\) | sort
      find . -type f | sort | xargs -r -d '\\n' md5sum
      """;

  private static final Map<String, String> SCRIPTS = new LinkedHashMap<>();

  static {
    SCRIPTS.put(
        "files",
        """
        echo one > a; echo two >> a; cat a; cp a b; cmp a b; mv b c; ls -1
        printf 'x%.0s' $(seq 5000) > long; truncate -s 100 long; wc -c < long
        truncate -s 1M sparse; wc -c < sparse; : > sparse; wc -c < sparse
        dd if=/dev/zero of=big bs=1M count=9 status=none; md5sum < big
        dd if=a of=big bs=1 seek=4000000 conv=notrunc status=none; md5sum < big
        dd if=big bs=4096 skip=976 count=2 status=none | md5sum
        """);
    SCRIPTS.put(
        "directories",
        """
        mkdir -p d/e/f; rmdir d/e/f; mkdir d/x; mv d/x d/e/; ls -R
        for i in $(seq 1500); do echo $i > "d/file $i"; done; ls d | wc -l; cat d/file* | md5sum
        rm d/file*; ls d; rmdir d; echo "status $?"
        """);
    SCRIPTS.put(
        "links",
        """
        echo data > f; ln f g; ln -s f s; ln -s /etc/hostname abs; ln -s missing dangling
        stat -c '%h' f; readlink s abs dangling; cat s; rm f; stat -c '%h' g; cat g
        cat s; echo "status $?"; ln g g; echo "status $?"
        """);
    SCRIPTS.put(
        "attributes",
        """
        echo x > f; chmod 640 f; stat -c '%a' f; chmod u+s f; stat -c '%a' f
        touch -d '2001-02-03 04:05:06.123456789 UTC' f; stat -c '%y' f
        touch -a -d '@5.5' f; stat -c '%x' f; touch -h -d '@7' f; chown 1:2 f; stat -c '%u %g %a' f
        ln -s f s; chown -h 3:4 s; touch -h -d '@9' s; stat -c '%u %g %Y' s
        umask 077; echo y > private; mkdir pd; stat -c '%a' private pd
        """);
    SCRIPTS.put(
        "special",
        """
        mkfifo p; mknod c c 1 3; mknod b b 7 9; stat -c '%F %t %T' p c b
        (echo through > p &) ; cat p; rm p c b; ls -A
        """);
    SCRIPTS.put(
        "errors",
        """
        set +e; echo x > f; mkdir d; touch d/f
        fail() { "$@" 2>&1 | sed "s|^[^:]*: ||"; }
        fail cat missing; fail rmdir d; fail rmdir f; fail mkdir d; fail cat d; fail ls f/g
        fail ln d e; fail mv -T d f; fail unlink d; fail touch "$(printf 'n%.0s' $(seq 256))"
        fail mkdir missing/d; fail readlink -v f; fail mv missing n
        """);
    SCRIPTS.put(
        "open files",
        """
        exec 5>f; echo before >&5; rm f; echo after >&5; cat /proc/self/fd/5; exec 5>&-
        echo a > r; exec 6<r; mv r s; cat <&6; exec 6>&-
        for i in 1 2 3 4; do (for j in $(seq 200); do echo "$i $j" >> log; done) & done; wait
        sort -o log log; md5sum < log; wc -l < log
        """);
    SCRIPTS.put(
        "renames",
        """
        echo 1 > a; echo 2 > b; mv -f a b; cat b; mv -n b b2; echo 3 > c; mv -n c b2; cat b2 c
        mkdir d e; mv -T d e; ls -d e; mkdir x; echo q > x/q; mv x e/; cat e/x/q; mv e/x/q .; cat q
        """);
    SCRIPTS.put(
        "names",
        """
        touch 'with space' $'new\\nline' $'tab\\t' 'ünï' $'\\xff\\xfe' -- -dash '*' '"' "'" .hidden
        touch "$(printf 'n%.0s' $(seq 255))"; ls -A | LC_ALL=C sort | md5sum; ls -A | wc -l
        """);
    SCRIPTS.put(
        "owners",
        """
        mkdir shared; chmod 1777 shared; setpriv --reuid 1001 --regid 1002 --clear-groups bash -c '
          echo mine > shared/f; mkdir shared/d; ln -s f shared/s; stat -c "%u %g %a" shared/f shared/d
          chmod 600 shared/f; echo no > ../outside' 2>&1 | sed 's|^[^:]*: ||'
        mkdir sg; chgrp 77 sg; chmod 2775 sg; touch sg/f; mkdir sg/d; stat -c '%g %a' sg/f sg/d
        echo secret > root-only; chmod 600 root-only
        setpriv --reuid 1001 --regid 1002 --clear-groups cat root-only 2>&1 | sed 's|^[^:]*: ||'
        """);
  }

  @TempDir Path work;
  private Path mountpoint;
  private Programs programs;

  @AfterEach
  void unmount() throws Exception {
    while (Mounts.find(mountpoint).isPresent()) {
      Mounts.umount(mountpoint, Mounts.MNT_DETACH);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "transport=uring",
        "transport=device",
        "transport=uring,direct_io=true,entry_timeout=0,attr_timeout=0"
      })
  void doesWhatThePlainDirectoryDoes(String options) throws Exception {
    Path backend = Files.createDirectory(work.resolve("backend"));
    Path plain = Files.createDirectory(work.resolve("plain"));
    mountpoint = Files.createDirectory(work.resolve("mount"));
    programs = new Programs(work.resolve("run"));
    Outcome mounted = programs.ringmount("mount", backend, mountpoint, "-o", options);
    assertEquals(0, mounted.code(), mounted.err());

    for (Map.Entry<String, String> script : SCRIPTS.entrySet()) {
      Outcome expected = runIn(plain.resolve(script.getKey()), script.getValue());
      Outcome actual = runIn(mountpoint.resolve(script.getKey()), script.getValue());
      assertEquals(expected, actual, script.getKey());
      assertNotEquals("", expected.out(), "the script shows nothing");
    }
    String expected = withoutTimes(programs.script(DESCRIBE, plain).out());
    assertEquals(expected, withoutTimes(programs.script(DESCRIBE, mountpoint).out()));
    assertEquals(expected, withoutTimes(programs.script(DESCRIBE, backend).out()));
    assertEquals(
        programs.script(DESCRIBE, backend).out(), programs.script(DESCRIBE, mountpoint).out());

    awaitQuiet(Mounts.find(mountpoint).orElseThrow());
    Outcome unmounted = programs.ringmount("unmount", mountpoint);
    assertEquals(0, unmounted.code(), unmounted.err());
  }

  private Outcome runIn(Path directory, String script) throws Exception {
    return programs.script("mkdir \"$1\"; cd \"$1\"; set +e\n" + script, directory);
  }

  /** Times of the two runs differ by nature; those set on purpose are compared by the scripts. */
  private static String withoutTimes(String description) {
    return description.replaceAll(" \\d+\\.\\d{10}\\n", "\n");
  }

  /** The kernel waits for no request any more. */
  private static void awaitQuiet(MountEntry mount) throws IOException, InterruptedException {
    FuseConnection connection = new FuseConnection(mount.deviceMinor());
    for (int i = 0; i < 100 && connection.waiting() > 0; i++) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertEquals(0, connection.waiting());
  }
}
