package io.fanatic;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.fanatic.netlink.libc.Spawn;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The arrows of ARCHITECTURE.md, over the classes of all four modules. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.fanatic");

    @Test
    void theRulesSeeTheClassesOfEveryModule() {
        for (String module : new String[] {"core", "netlink", "harness", "cli"}) {
            assertThat(CLASSES.that(resideInAPackage("io.fanatic." + module + "..")))
                    .as("classes of " + module)
                    .hasSizeGreaterThan(10);
        }
    }

    @Test
    void dependenciesRunFromTheFaceTowardsTheArithmetic() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("core")
                .definedBy("io.fanatic.core..")
                .layer("netlink")
                .definedBy("io.fanatic.netlink..")
                .layer("harness")
                .definedBy("io.fanatic.harness..")
                .layer("cli")
                .definedBy("io.fanatic.cli..")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("harness")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("netlink")
                .mayOnlyBeAccessedByLayers("harness", "cli")
                .check(CLASSES);
    }

    @Test
    void theKernelKnowsNoFanAndResourcesKnowNoEngine() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("attach")
                .definedBy("io.fanatic.netlink.attach")
                .layer("kernel")
                .definedBy("io.fanatic.netlink.kernel")
                .layer("resource")
                .definedBy("io.fanatic.netlink.resource")
                .layer("engine")
                .definedBy("io.fanatic.netlink.engine")
                .whereLayer("engine")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("resource")
                .mayOnlyBeAccessedByLayers("engine")
                .whereLayer("attach")
                .mayOnlyBeAccessedByLayers("kernel")
                .check(CLASSES);
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching("io.fanatic.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void coreIsPureJavaWithoutNetworkProcessesOrThreads() {
        noClasses()
                .that()
                .resideInAPackage("io.fanatic.core..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "java.net..", "java.util.concurrent..", "java.lang.foreign..", "jnr..", "io.netty..")
                        .or(JavaClass.Predicates.assignableTo(Process.class))
                        .or(JavaClass.Predicates.assignableTo(ProcessBuilder.class))
                        .or(JavaClass.Predicates.assignableTo(Thread.class)))
                .check(CLASSES);
    }

    @Test
    void inCoreOnlyTheConfigurationTouchesFiles() {
        noClasses()
                .that()
                .resideInAPackage("io.fanatic.core..")
                .and(DescribedPredicate.not(isOneOf("FanConfig", "DurableFile")))
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.nio.file..", "java.nio.channels.."))
                .orShould()
                .dependOnClassesThat(JavaClass.Predicates.assignableTo(java.io.File.class))
                .check(CLASSES);
    }

    @Test
    void noContainerEngineKnowsAnother() {
        slices().matching("io.fanatic.cli.container.(docker|lxd|podman|cni)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    /** So that no caller's search path and environment reach a program that we start, and no shell comes in between. */
    @Test
    void childrenAreStartedInOnePlace() {
        noClasses()
                .that(DescribedPredicate.not(JavaClass.Predicates.equivalentTo(Spawn.class)))
                .should()
                .callConstructor(ProcessBuilder.class, List.class)
                .orShould()
                .callConstructor(ProcessBuilder.class, String[].class)
                .orShould()
                .callMethod(ProcessBuilder.class, "command", List.class)
                .orShould()
                .callMethod(ProcessBuilder.class, "command", String[].class)
                .orShould()
                .callMethodWhere(DescribedPredicate.describe(
                        "Runtime.exec",
                        call -> call.getTarget().getOwner().isEquivalentTo(Runtime.class)
                                && call.getTarget().getName().equals("exec")))
                .check(CLASSES);
    }

    @Test
    void onlyTheProgramsEndTheProcessOrWriteToItsConsole() {
        noClasses()
                .that(resideInAnyPackage("io.fanatic.core..", "io.fanatic.netlink..", "io.fanatic.harness.."))
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(CLASSES);
    }

    @Test
    void valuesHaveNoGetters() {
        methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat(resideInAnyPackage("io.fanatic.core..", "io.fanatic.netlink.."))
                .and()
                .haveRawReturnType(DescribedPredicate.not(DescribedPredicate.describe(
                        "void", type -> type.getName().equals("void"))))
                .should()
                .haveNameNotMatching("get[A-Z].*")
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> isOneOf(String... names) {
        return DescribedPredicate.describe("named " + String.join(" or ", names), type -> {
            for (String name : names) {
                // Nested classes and lambdas count to the class they are in.
                if (type.getName().startsWith("io.fanatic.core." + name)) {
                    return true;
                }
            }
            return false;
        });
    }
}
