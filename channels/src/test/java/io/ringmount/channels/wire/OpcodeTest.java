package io.ringmount.channels.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpcodeTest {
  @ParameterizedTest(name = "{1}")
  @CsvSource(
      textBlock =
          """
          1, LOOKUP, 0
          2, FORGET, 8
          3, GETATTR, 16
          4, SETATTR, 88
          5, READLINK, 0
          6, SYMLINK, 0
          8, MKNOD, 16
          9, MKDIR, 8
          10, UNLINK, 0
          11, RMDIR, 0
          12, RENAME, 8
          13, LINK, 8
          14, OPEN, 8
          15, READ, 40
          16, WRITE, 40
          17, STATFS, 0
          18, RELEASE, 24
          20, FSYNC, 16
          21, SETXATTR, 8
          22, GETXATTR, 8
          23, LISTXATTR, 8
          24, REMOVEXATTR, 0
          25, FLUSH, 24
          26, INIT, 64
          27, OPENDIR, 8
          28, READDIR, 40
          29, RELEASEDIR, 24
          30, FSYNCDIR, 16
          31, GETLK, 48
          32, SETLK, 48
          33, SETLKW, 48
          34, ACCESS, 8
          35, CREATE, 16
          36, INTERRUPT, 8
          37, BMAP, 16
          38, DESTROY, 0
          39, IOCTL, 32
          40, POLL, 24
          41, NOTIFY_REPLY, 40
          42, BATCH_FORGET, 8
          43, FALLOCATE, 32
          44, READDIRPLUS, 40
          45, RENAME2, 16
          46, LSEEK, 24
          47, COPY_FILE_RANGE, 56
          48, SETUPMAPPING, 40
          49, REMOVEMAPPING, 4
          50, SYNCFS, 8
          51, TMPFILE, 16
          52, STATX, 24
          53, COPY_FILE_RANGE_64, 56
          """)
  void opcodeHasItsNumberNameAndArgument(int number, String name, int argumentSize)
      throws ReflectiveOperationException {
    assertEquals(number, Opcode.class.getField(name).getInt(null));
    assertEquals(name, Opcode.name(number));
    assertEquals(argumentSize, Opcode.argumentSize(number));
  }

  @Test
  void thereAreFiftyOneOpcodes() {
    assertEquals(
        51,
        Arrays.stream(Opcode.class.getFields())
            .map(Field::getModifiers)
            .filter(Modifier::isStatic)
            .count());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 7, 19, 54, 4096})
  void unknownOpcodeIsNamedByItsNumber(int opcode) {
    assertEquals(Integer.toString(opcode), Opcode.name(opcode));
    assertEquals(0, Opcode.argumentSize(opcode));
  }
}
