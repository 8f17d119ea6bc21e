import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;

public class Assemble {
    static final int JAVA_17 = 61;

    public static void main(String[] args) throws IOException {
        Path lib = Path.of(args[0]);
        Files.createDirectories(lib);
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path jar = Path.of(entry);
            if (!Files.isDirectory(jar)) {
                copy(jar, lib.resolve(jar.getFileName()));
            }
        }
    }

    static void copy(Path from, Path to) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int n = 0;
        try (JarFile jar = new JarFile(from.toFile());
                JarOutputStream out = new JarOutputStream(bytes)) {
            for (JarEntry e : (Iterable<JarEntry>) jar.stream()::iterator) {
                byte[] b;
                try (InputStream in = jar.getInputStream(e)) { b = in.readAllBytes(); }
                if (e.getName().endsWith(".class") && b[7] < 52) { b = upgrade(b); n++; }
                JarEntry t = new JarEntry(e.getName());
                t.setTime(e.getTime());
                out.putNextEntry(t);
                out.write(b);
                out.closeEntry();
            }
        }
        System.err.println(n + " " + to);
        if (n > 0) Files.write(to, bytes.toByteArray()); else Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    static byte[] upgrade(byte[] old) {
        ClassReader reader = new ClassReader(old);
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
        reader.accept(new org.objectweb.asm.ClassVisitor(org.objectweb.asm.Opcodes.ASM9, writer) {
            public void visit(int v, int acc, String name, String sig, String sup, String[] ifs) {
                super.visit(JAVA_17, acc, name, sig, sup, ifs);
            }
        }, ClassReader.SKIP_FRAMES);
        return writer.toByteArray();
    }
}
