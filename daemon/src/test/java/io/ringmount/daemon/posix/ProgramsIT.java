package io.ringmount.daemon.posix;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.daemon.MountedDirectories;
import io.ringmount.daemon.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What people run: it does on the mount what it does on a plain directory. A program that is not
 * installed is skipped.
 */
@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
class ProgramsIT extends MountedDirectories {
  /** How many files git has; {@code -Dringmount.programs.files=20000} for more. */
  private static final int FILES = Integer.getInteger("ringmount.programs.files", 500);

  /**
   * Something to run.
   *
   * @param needs the programs that must be there
   * @param script for bash, in an empty directory; {@code $1} is a number of files
   */
  private record Use(String name, List<String> needs, String script) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Use> USES =
      List.of(
          new Use(
              "git",
              List.of("git"),
              """
              export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_DATE='2001-02-03 04:05:06 +0000'
              export GIT_COMMITTER_DATE="$GIT_AUTHOR_DATE" HOME=$PWD
              git -c init.defaultBranch=main init -q repo; cd repo
              git config user.name a; git config user.email a@b; git config gc.auto 0
              mkdir src; (cd src; seq "$1" | split -l 1 -a 5 -d - f)
              git add .; git commit -qm one; git rev-parse HEAD; git status --porcelain
              git checkout -qb other; sed -i 's/1/one/' src/*; git status --porcelain | wc -l
              git commit -qam two; git rev-parse HEAD; git checkout -q main; git status --porcelain
              git merge -q other; git rev-parse HEAD; git gc -q; git fsck 2>&1
              git clone -q . ../copy; diff -r --exclude=.git . ../copy; git -C ../copy status -s
              """),
          new Use(
              "tar",
              List.of("tar", "setfattr", "getfattr"),
              """
              mkdir -p t/d; echo a > t/a; ln t/a t/d/b; ln -s a t/s; mkfifo t/p
              truncate -s 1M t/sparse; echo end >> t/sparse; setfattr -n user.x -v y t/a
              setfattr -n trusted.z -v z t/d; chown 12:34 t/d; chmod 2750 t/d; find t -exec touch -h -d @5.25 {} +
              mkdir out; tar --xattrs --xattrs-include='*' --acls -Scf t.tar t
              tar --xattrs --xattrs-include='*' --acls -xpf t.tar -C out
              for tree in t out/t; do
                (cd $tree; find . ! -type d -printf '%p %y %m %U %G %n %s %T@ %l\\n' | sort
                 find . -type d -printf '%p %m %U %G\\n' | sort; find . -type f | sort | xargs md5sum
                 getfattr -R -h -d -m - . | sort) > "${tree%/t}.list"
              done
              cat out.list; diff t.list out.list
              """),
          new Use(
              "rsync",
              List.of("rsync", "setfattr"),
              """
              mkdir -p t/d; echo a > t/a; ln t/a t/d/b; ln -s a t/s; mkfifo t/p
              setfattr -n user.x -v y t/a; chown 12:34 t/d; chmod 2750 t/d; touch -d @5 t/a
              rsync -aHAX t/ u/; rsync -aHAXin t/ u/; find u -printf '%p %y %m %n\\n' | sort
              echo more >> t/a; rsync -aHAX --inplace t/ u/; rsync -aHAXin t/ u/; md5sum u/a
              rsync -aHAX --delete u/d/ t/; find t | sort
              """),
          new Use(
              "setfacl",
              List.of("setfacl", "getfacl", "setpriv"),
              """
              umask 022; chmod 755 .
              for caps in -all -all,+fowner -all,+fowner,+chown; do
                for owner in 4001:4002 4003:4002; do
                  f=f$owner$caps; echo > $f; chown $owner $f; chmod 2750 $f
                  setpriv --reuid 4003 --regid 4003 --clear-groups --inh-caps=$caps \\
                    --ambient-caps=$caps setfacl -m u:4004:r $f 2>&1 || true
                  stat -c '%a %u %g' $f; getfacl -cn $f
                done
              done
              """),
          new Use(
              "SQLite",
              List.of("sqlite3"),
              """
              sqlite3 db 'PRAGMA journal_mode=WAL; CREATE TABLE t(a INTEGER PRIMARY KEY, w, b);'
              for w in 1 2 3 4; do
                (for i in $(seq 25); do
                  sqlite3 -cmd '.timeout 60000' db \\
                    "INSERT INTO t(w, b) VALUES($w, hex(zeroblob(2000)));"
                done) &
              done
              wait
              sqlite3 db 'SELECT w, count(*), sum(length(b)) FROM t GROUP BY w; DELETE FROM t WHERE
                a % 3 = 0; PRAGMA integrity_check; VACUUM; PRAGMA journal_mode=DELETE;
                SELECT count(*) FROM t;'
              ls
              """),
          new Use(
              "Python",
              List.of("python3"),
              """
              python3 -m venv --without-pip v
              v/bin/python -c 'import sys; print(sys.prefix != sys.base_prefix)'
              v/bin/python - <<'END'
              import mmap, os, shelve, tempfile, zipfile
              with open("m", "w+b") as f:
                  f.truncate(100000)
                  with mmap.mmap(f.fileno(), 0) as m:
                      m[50000:50005] = b"hello"
                      m.flush()
                      print(os.pread(f.fileno(), 5, 50000))
              with shelve.open("s") as s:
                  for i in range(500):
                      s[str(i)] = i
              with shelve.open("s") as s:
                  print(sum(s.values()))
              with zipfile.ZipFile("z.zip", "w") as z:
                  z.write("m")
              print(zipfile.ZipFile("z.zip").testzip())
              with tempfile.TemporaryFile(dir=".") as t:
                  t.write(b"x" * 100000)
                  t.seek(99990)
                  print(len(t.read()))
              os.replace("m", "n")
              print(sorted(os.listdir(".")))
              END
              """),
          new Use(
              "gcc and make",
              List.of("gcc", "make"),
              """
              for i in $(seq 12); do echo "int f$i(void) { return $i; }" > f$i.c; done
              (seq 12 | sed 's/.*/int f&(void);/'; echo '#include <stdio.h>'
               echo 'int main(void) { int s = 0;'; seq 12 | sed 's/.*/s += f&();/'
               echo 'printf("%d\\n", s); return 0; }') > main.c
              printf 'all: $(patsubst %%.c,%%.o,$(wildcard *.c))\\n\\tgcc -o sum $^\\n' > Makefile
              make -j4 > log; ./sum; make | tail -n 1; touch f3.c; make | grep -c f3.c
              """),
          new Use(
              "dpkg-deb",
              List.of("dpkg-deb"),
              """
              mkdir -p p/DEBIAN p/usr/share/p; echo data > p/usr/share/p/data; ln -s data p/usr/share/p/l
              printf 'Package: p\\nVersion: 1\\nArchitecture: all\\nMaintainer: a <a@b>\\n' > p/DEBIAN/control
              echo 'Description: p' >> p/DEBIAN/control; chmod -R g-s p
              SOURCE_DATE_EPOCH=1 dpkg-deb --root-owner-group -b p p.deb > log; md5sum p.deb
              dpkg-deb -x p.deb x; find x -printf '%p %y %m %l\\n' | sort; cat x/usr/share/p/data
              """),
          new Use(
              "editors",
              List.of("ed", "vim"),
              """
              printf 'one\\ntwo\\n' > f; ln f g; printf '1d\\na\\nthree\\n.\\nw\\nq\\n' | ed -s f
              cat f g; vim -u NONE -es -c 'set nocp backup bsk= bdir=. dir=.' -c 'normal Gdd' -c 'wq' f
              cat f g f~; sed -i s/t/T/ f; cat f g; stat -c '%h' f g; ls -A
              cp --reflink=auto f h; cp -al h i; install -m 711 h j; stat -c '%h %a' h i j; cmp h j
              """),
          new Use(
              "PostgreSQL",
              List.of("initdb", "pg_ctl", "psql", "pgbench", "setpriv"),
              """
              mkdir pg; chown 65534:65534 pg; chmod 700 pg; cd pg
              exec setpriv --reuid 65534 --regid 65534 --clear-groups bash -euc '
                export HOME=$PWD PGHOST=$PWD PGUSER=p PGDATABASE=postgres
                initdb -D d -U p > log
                trap "pg_ctl -D d -m immediate stop > /dev/null" EXIT
                start() { pg_ctl -D d -l log -w -o "-k $PWD -h \\"\\"" start > /dev/null; }
                start; pgbench -qi -s 1 2> /dev/null
                pgbench -c 4 -j 2 -t 50 > bench.log 2>&1; grep processed bench.log
                pg_ctl -D d -m immediate stop > /dev/null; start
                psql -Atc "SELECT count(*) FROM pgbench_history"
                psql -Atc "SELECT sum(abalance) = (SELECT sum(delta) FROM pgbench_history)
                  FROM pgbench_accounts"
                pg_ctl -D d -m fast stop > /dev/null; trap - EXIT'
              """));

  private static boolean isInstalled(Programs programs, Use use) throws Exception {
    for (String program : use.needs()) {
      if (programs.script("command -v \"$1\"", program).code() != 0) {
        System.out.println(use + " is left out: " + program + " is not installed");
        return false;
      }
    }
    return true;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "transport=uring",
        "transport=device,entry_timeout=0,attr_timeout=0,passthrough=off"
      })
  void doTheSameAsOnThePlainDirectory(String options) throws Exception {
    Path plain = directory("plain");
    Path backend = directory("backend");
    Path mountpoint = mount(backend, directory("mount"), options);
    List<Executable> comparisons = new ArrayList<>();
    for (Use use : USES) {
      if (isInstalled(programs(), use)) {
        String name = "" + comparisons.size();
        comparisons.add(() -> compare(use, plain.resolve(name), mountpoint.resolve(name)));
      }
    }
    assertTrue(comparisons.size() > 2);
    assertAll(comparisons);
    unmount(mountpoint);
  }

  private void compare(Use use, Path plain, Path mounted) throws Exception {
    Programs.Outcome expected = run(use, plain);
    assertEquals(0, expected.code(), () -> use + ": " + expected);
    assertTrue(!expected.out().isBlank());
    assertEquals(expected, run(use, mounted), use.name());
  }

  private Programs.Outcome run(Use use, Path directory) throws Exception {
    Files.createDirectory(directory);
    return programs().script("cd \"$2\"\nset -- \"$1\"\n" + use.script(), FILES, directory);
  }
}
