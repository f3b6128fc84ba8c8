package io.ringmount.bench;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.util.List;

/** Dependencies between modules and packages point one way. */
@AnalyzeClasses(packages = "io.ringmount", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String CHANNELS = "io.ringmount.channels";
  private static final String LINUX = CHANNELS + ".linux";
  private static final String WIRE = CHANNELS + ".wire";
  private static final String URING = CHANNELS + ".uring";
  private static final String DEVICE = CHANNELS + ".device";
  private static final String METRICS = CHANNELS + ".metrics";
  private static final String WAITING = CHANNELS + ".waiting";
  private static final String JNR = CHANNELS + ".jnr";
  private static final String UPGRADE = "io.ringmount.upgrade";
  private static final String WATCHDOG = "io.ringmount.watchdog";
  private static final String DAEMON = "io.ringmount.daemon";
  private static final String CACHE = DAEMON + ".cache";
  private static final String FS = DAEMON + ".fs";
  private static final String BENCH = "io.ringmount.bench";
  private static final String TORTURE = BENCH + ".torture";

  /** The one class of the core that knows the transports: it chooses among them. */
  private static final String SELECTOR = "io\\.ringmount\\.channels\\.TransportSelector(\\$.*)?";

  @ArchTest
  static void everyPackageIsImported(JavaClasses imported) {
    for (String name :
        List.of(
            CHANNELS, LINUX, WIRE, METRICS, WAITING, URING, DEVICE, UPGRADE, WATCHDOG, DAEMON,
            BENCH)) {
      assertTrue(imported.containPackage(name), name);
    }
  }

  @ArchTest
  static final ArchRule everyPackageHasItsRule =
      classes()
          .should()
          .resideInAnyPackage(
              CHANNELS,
              LINUX,
              WIRE,
              METRICS,
              WAITING,
              URING,
              DEVICE,
              JNR,
              UPGRADE + "..",
              WATCHDOG + "..",
              DAEMON + "..",
              BENCH + "..");

  @ArchTest static final ArchRule linux = mayUse(LINUX);
  @ArchTest static final ArchRule wire = mayUse(WIRE, LINUX);
  @ArchTest static final ArchRule metrics = mayUse(METRICS, WIRE, LINUX);
  @ArchTest static final ArchRule waiting = mayUse(WAITING, LINUX);

  @ArchTest
  static final ArchRule uring = mayUse(URING, CHANNELS, DEVICE, METRICS, WAITING, WIRE, LINUX);

  @ArchTest static final ArchRule device = mayUse(DEVICE, CHANNELS, METRICS, WAITING, WIRE, LINUX);

  @ArchTest static final ArchRule jnr = mayUse(JNR, CHANNELS, WIRE, LINUX);

  @ArchTest
  static final ArchRule channels =
      classes()
          .that()
          .resideInAPackage(CHANNELS)
          .and()
          .haveNameNotMatching(SELECTOR)
          .should()
          .onlyDependOnClassesThat(
              not(resideInAPackage("io.ringmount.."))
                  .or(resideInAnyPackage(CHANNELS, METRICS, WAITING, WIRE, LINUX)));

  @ArchTest static final ArchRule channelsModule = mayUse(CHANNELS + "..");
  @ArchTest static final ArchRule upgrade = mayUse(UPGRADE + "..", CHANNELS + "..");
  @ArchTest static final ArchRule watchdog = mayUse(WATCHDOG + "..", UPGRADE + "..", LINUX);

  @ArchTest static final ArchRule daemon = mayUse(DAEMON + "..", UPGRADE + "..", CHANNELS + "..");

  @ArchTest static final ArchRule cache = mayUse(CACHE, CHANNELS, LINUX);
  @ArchTest static final ArchRule fs = mayUse(FS, CACHE, CHANNELS, WIRE, LINUX);

  @ArchTest static final ArchRule torture = mayUse(TORTURE, LINUX);

  @ArchTest
  static final ArchRule nativeCallsAreInOnePackage =
      noClasses()
          .that()
          .resideOutsideOfPackage(LINUX)
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(Linker.class, SymbolLookup.class);

  /** Of Ringmount's packages, {@code name} uses itself and {@code others} only. */
  private static ArchRule mayUse(String name, String... others) {
    return classes()
        .that()
        .resideInAPackage(name)
        .should()
        .onlyDependOnClassesThat(
            not(resideInAPackage("io.ringmount.."))
                .or(resideInAPackage(name))
                .or(resideInAnyPackage(others)))
        .allowEmptyShould(true);
  }
}
